import type { BatchStore } from '../batches/batch-store.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { BatchNews } from './batch-follower.ts'
import type { TaskFeed } from './task-feed.ts'

export interface BatchSources {
  batches: Pick<BatchStore, 'find'>
  store: Pick<TaskStore, 'idsOfBatch'>
  feed: TaskFeed
  recheckMs: number
}

export interface BatchUpdate {
  news: BatchNews
  /** Whether the batch has all of its tasks. */
  isSealed: boolean
}

/**
 * All tasks of a batch as they are now, then what is new about them, until the signal is aborted.
 * Nothing tells of tasks that are added to a batch: one whose upload is not over is read again every
 * `recheckMs`. Ends if there is no such batch.
 */
export async function* newsOfBatch(
  { batches, store, feed, recheckMs }: BatchSources,
  { tenant, batchId, signal }: { tenant: string; batchId: string; signal: AbortSignal },
): AsyncGenerator<BatchUpdate> {
  while (!signal.aborted) {
    const batch = await batches.find(tenant, batchId)
    if (!batch) return
    const isSealed = batch.total !== null
    const round = roundWithin(signal, isSealed ? undefined : recheckMs)
    try {
      // Follow first, then read: changes in between are received twice rather than never.
      const follower = feed.followAll(tenant, await store.idsOfBatch(tenant, batchId), round.signal)
      const tasks = await feed.readBatch(tenant, batchId)
      yield { news: new Map(tasks.map((task) => [task.id, { task }])), isSealed }
      for (let news; (news = await follower.next(round.signal));) yield { news, isSealed }
    } finally {
      round.end()
    }
  }
}

/** A part of the time until a signal is aborted. */
function roundWithin(signal: AbortSignal, forMs: number | undefined): { signal: AbortSignal; end: () => void } {
  const round = new AbortController()
  const end = (): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    round.abort()
  }
  const timer = forMs === undefined ? undefined : setTimeout(end, forMs)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  return { signal: round.signal, end }
}
