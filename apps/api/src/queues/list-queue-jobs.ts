import type { JobEnvelope, JobState, QueueJob } from '@darkroom/contracts'
import { parseFailureReason, type TaskQueue, type QueuedJob } from '@darkroom/messaging'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { queueNamed } from './queue-named.ts'
import { askQueue } from './ask-queue.ts'

/**
 * Jobs of a queue in one state, in ascending order, from `start` to `end`, both inclusive;
 * `waiting` includes all priorities. Throws QUEUE_NOT_FOUND.
 */
export class ListQueueJobs extends RequestData<QueueJob[]> {
  readonly queue: string
  readonly state: JobState
  readonly start: number
  readonly end: number

  constructor(queue: string, state: JobState, start: number, end: number) {
    super()
    this.queue = queue
    this.state = state
    this.start = start
    this.end = end
  }
}

export class ListQueueJobsHandler implements RequestHandler<ListQueueJobs, QueueJob[]> {
  readonly #queues: readonly TaskQueue[]

  constructor(deps: { queues: readonly TaskQueue[] }) {
    this.#queues = deps.queues
  }

  async handle({ queue, state, start, end }: ListQueueJobs): Promise<QueueJob[]> {
    const asked = queueNamed(this.#queues, queue)
    const jobs = await askQueue(() => asked.jobs(state, start, end))
    return jobs.map((job) => toQueueJob(job, state))
  }
}

/** Jobs that were added by other programs may contain anything. */
const toQueueJob = (job: QueuedJob, state: JobState): QueueJob => ({
  jobId: job.id ?? '',
  taskId: String((job.data as Partial<JobEnvelope> | null)?.taskId ?? ''),
  name: job.name,
  state: state === 'waiting' && job.priority > 0 ? 'prioritized' : state,
  priority: job.priority,
  attemptsMade: job.attemptsMade,
  failedReason: job.failedReason ? parseFailureReason(job.failedReason).message : null,
  createdAt: new Date(job.timestamp).toISOString(),
  processedOn: iso(job.processedOn),
  finishedOn: iso(job.finishedOn),
  data: { ...job.data },
})

const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())
