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
    const log = new BatchLog(batch.after)
    const steps = stepsOf(log, newsOfBatch(this.#sources, batch))
    const first = await steps.next()
    if (first.done) return eventsOf(log, steps)
    const { entries, isOver } = first.value
    return isOver && entries.length === 0 ? undefined : eventsOf(log, from(first.value, steps))
  }
}

/** What an update adds to the events of a batch, and whether there will be more. */
interface Step {
  entries: ReturnType<BatchLog['add']>
  isOver: boolean
}

async function* stepsOf(log: BatchLog, updates: AsyncIterable<BatchUpdate>): AsyncGenerator<Step> {
  for await (const { news, isSealed } of updates) {
    const entries = log.add(news)
    yield { entries, isOver: isSealed && !log.isOpen }
  }
}

async function* eventsOf(log: BatchLog, steps: AsyncIterable<Step>): AsyncGenerator<BatchTaskEvent> {
  for await (const { entries, isOver } of steps) {
    for (const entry of entries) yield log.pass(entry)
    if (isOver) return
  }
}

async function* from<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}
