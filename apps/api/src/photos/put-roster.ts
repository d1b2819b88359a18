import type { RosterEntry, RosterSummary } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { RosterStore } from './roster-store.ts'
import { rosterNotFound, toSummary } from './roster-view.ts'

/**
 * Replaces the roster of an album. Its photos are corrected afterwards, in the background: `isApplied`
 * tells when all of them are.
 */
export class PutRoster extends RequestData<RosterSummary> {
  readonly tenant: string
  readonly album: string
  readonly entries: readonly RosterEntry[]

  constructor(tenant: string, album: string, entries: readonly RosterEntry[]) {
    super()
    this.tenant = tenant
    this.album = album
    this.entries = entries
  }
}

export class PutRosterHandler implements RequestHandler<PutRoster, RosterSummary> {
  readonly #deps

  constructor(deps: {
    rosters: RosterStore
    /** Starts to correct the photos. */
    apply: () => void
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ tenant, album, entries }: PutRoster): Promise<RosterSummary> {
    const { rosters, apply, log, now } = this.#deps
    const summary = toSummary(await rosters.put(tenant, album, entries, new Date(now())))
    if (!summary) throw rosterNotFound()
    log.info({ album, numbers: summary.count }, 'roster replaced')
    apply()
    return summary
  }
}
