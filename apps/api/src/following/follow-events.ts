import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { EventHistory, HeardEvents } from './event-history.ts'

/** The latest events of all tasks of a tenant, after a position or those to come. */
export class FollowEvents extends RequestData<AsyncIterable<HeardEvents>> {
  readonly tenant: string
  readonly after: string | undefined
  readonly signal: AbortSignal

  constructor(tenant: string, follow: { after: string | undefined; signal: AbortSignal }) {
    super()
    this.tenant = tenant
    this.after = follow.after
    this.signal = follow.signal
  }
}

export class FollowEventsHandler implements RequestHandler<FollowEvents, AsyncIterable<HeardEvents>> {
  readonly #history: EventHistory

  constructor(deps: { history: EventHistory }) {
    this.#history = deps.history
  }

  async handle({ tenant, after, signal }: FollowEvents): Promise<AsyncIterable<HeardEvents>> {
    return this.#history.follow(tenant, after, signal)
  }
}
