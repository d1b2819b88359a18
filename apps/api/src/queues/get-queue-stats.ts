import type { QueueStats } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { queueNamed } from './queue-named.ts'
import { askQueue } from './ask-queue.ts'

/** The numbers of one queue, or of all if no name is given. Throws QUEUE_NOT_FOUND. */
export class GetQueueStats extends RequestData<QueueStats[]> {
  readonly name: string | undefined

  constructor(name?: string) {
    super()
    this.name = name
  }
}

export class GetQueueStatsHandler implements RequestHandler<GetQueueStats, QueueStats[]> {
  readonly #queues: readonly TaskQueue[]

  constructor(deps: { queues: readonly TaskQueue[] }) {
    this.#queues = deps.queues
  }

  async handle({ name }: GetQueueStats): Promise<QueueStats[]> {
    const asked = name === undefined ? this.#queues : [queueNamed(this.#queues, name)]
    return Promise.all(asked.map(statsOf))
  }
}

async function statsOf(queue: TaskQueue): Promise<QueueStats> {
  const { oldestWaitingSince, isPaused, ...counts } = await askQueue(() => queue.counts())
  // BullMQ counts jobs with a priority separately, and all of ours have one.
  const waiting = counts.waiting + counts.prioritized
  return {
    name: queue.name,
    kind: queue.kind.kind,
    ...counts,
    waiting,
    // BullMQ leaves the jobs of a paused queue where they are; they all count as paused.
    paused: isPaused ? waiting : 0,
    isPaused,
    oldestWaitingMs: oldestWaitingSince === null ? null : Math.max(0, Date.now() - oldestWaitingSince),
  }
}
