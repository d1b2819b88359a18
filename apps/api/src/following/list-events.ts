import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { EventHistory, HeardEvents } from './event-history.ts'

/** A page of the latest events of all tasks of a tenant, after a position. */
export class ListEvents extends RequestData<HeardEvents> {
  readonly tenant: string
  readonly after: string | undefined

  constructor(tenant: string, after: string | undefined) {
    super()
    this.tenant = tenant
    this.after = after
  }
}

export class ListEventsHandler implements RequestHandler<ListEvents, HeardEvents> {
  readonly #history: EventHistory

  constructor(deps: { history: EventHistory }) {
    this.#history = deps.history
  }

  async handle({ tenant, after }: ListEvents): Promise<HeardEvents> {
    return this.#history.read(tenant, after)
  }
}
