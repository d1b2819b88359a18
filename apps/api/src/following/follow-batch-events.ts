import { RequestData, type RequestHandler } from 'mediatr-ts'
import { BatchLog, type BatchTaskEvent } from './batch-log.ts'
import { newsOfBatch, type BatchSources, type BatchUpdate } from './news-of-batch.ts'

/**
 * The events of all tasks of a batch after a position, then new events and live progress, until all
 * tasks have ended or the signal is aborted. Returns undefined if there will be no more events.
 */
export class FollowBatchEvents extends RequestData<AsyncIterable<BatchTaskEvent> | undefined> {
  readonly tenant: string
  readonly batchId: string
  readonly after: string | undefined
  readonly signal: AbortSignal

  constructor(tenant: string, batchId: string, follow: { after: string | undefined; signal: AbortSignal }) {
    super()
    this.tenant = tenant
    this.batchId = batchId
    this.after = follow.after
    this.signal = follow.signal
  }
}

export class FollowBatchEventsHandler implements RequestHandler<
  FollowBatchEvents,
  AsyncIterable<BatchTaskEvent> | undefined
> {
  readonly #sources: BatchSources

  constructor(sources: BatchSources) {
    this.#sources = sources
  }

  async handle(batch: FollowBatchEvents): Promise<AsyncIterable<BatchTaskEvent> | undefined> {
    const updates = newsOfBatch(this.#sources, batch)
    const first = await updates.next()
    if (!first.done && isOver(first.value, batch.after)) return undefined
    return eventsOf(first.done ? updates : from(first.value, updates), batch.after)
  }
}

function isOver({ news, isSealed }: BatchUpdate, after: string | undefined): boolean {
  const log = new BatchLog(after)
  return log.add(news).length === 0 && isSealed && !log.isOpen
}

async function* eventsOf(
  updates: AsyncIterable<BatchUpdate>,
  after: string | undefined,
): AsyncGenerator<BatchTaskEvent> {
  const log = new BatchLog(after)
  for await (const { news, isSealed } of updates) {
    for (const entry of log.add(news)) yield log.pass(entry)
    if (isSealed && !log.isOpen) return
  }
}

async function* from<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}
