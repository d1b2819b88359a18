import type { Roster } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { RosterStore } from './roster-store.ts'
import { rosterNotFound, toSummary } from './roster-view.ts'

/** The roster of an album. Throws ROSTER_NOT_FOUND. */
export class GetRoster extends RequestData<Roster> {
  readonly tenant: string
  readonly album: string

  constructor(tenant: string, album: string) {
    super()
    this.tenant = tenant
    this.album = album
  }
}

export class GetRosterHandler implements RequestHandler<GetRoster, Roster> {
  readonly #deps

  constructor(deps: { rosters: RosterStore }) {
    this.#deps = deps
  }

  async handle({ tenant, album }: GetRoster): Promise<Roster> {
    const found = await this.#deps.rosters.find(tenant, album)
    const summary = toSummary(found)
    if (!found || !summary) throw rosterNotFound()
    return { ...summary, numbers: found.entries }
  }
}
