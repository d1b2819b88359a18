import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { RosterStore } from './roster-store.ts'
import { rosterNotFound } from './roster-view.ts'

/** Removes the roster of an album; its corrections are undone. Throws ROSTER_NOT_FOUND. */
export class RemoveRoster extends RequestData<void> {
  readonly tenant: string
  readonly album: string

  constructor(tenant: string, album: string) {
    super()
    this.tenant = tenant
    this.album = album
  }
}

export class RemoveRosterHandler implements RequestHandler<RemoveRoster, void> {
  readonly #deps

  constructor(deps: { rosters: RosterStore; apply: () => void; log: Logger; now: () => number }) {
    this.#deps = deps
  }

  async handle({ tenant, album }: RemoveRoster): Promise<void> {
    const { rosters, apply, log, now } = this.#deps
    if (!(await rosters.remove(tenant, album, new Date(now())))) throw rosterNotFound()
    log.info({ album }, 'roster removed')
    apply()
  }
}
