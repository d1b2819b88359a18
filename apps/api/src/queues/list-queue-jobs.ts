import { DEFAULT_TENANT, type JobEnvelope, type JobState, type QueueJob } from '@darkroom/contracts'
import { parseFailureReason, type TaskQueue, type QueuedJob } from '@darkroom/messaging'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { queueNamed } from './queue-named.ts'
import { askQueue } from './ask-queue.ts'

interface JobRange {
  state: JobState
  start: number
  end: number
}

/**
 * Jobs of a queue in one state, in ascending order, from `start` to `end`, both inclusive;
 * `waiting` includes all priorities. Those of other tenants are left out, so a page may be short.
 * Throws QUEUE_NOT_FOUND.
 */
export class ListQueueJobs extends RequestData<QueueJob[]> {
  readonly tenant: string
  readonly queue: string
  readonly range: JobRange

  constructor(tenant: string, queue: string, range: JobRange) {
    super()
    this.tenant = tenant
    this.queue = queue
    this.range = range
  }
}

export class ListQueueJobsHandler implements RequestHandler<ListQueueJobs, QueueJob[]> {
  readonly #queues: readonly TaskQueue[]

  constructor(deps: { queues: readonly TaskQueue[] }) {
    this.#queues = deps.queues
  }

  async handle({ tenant, queue, range: { state, start, end } }: ListQueueJobs): Promise<QueueJob[]> {
    const asked = queueNamed(this.#queues, queue)
    const jobs = await askQueue(() => asked.jobs(state, start, end))
    return jobs.filter((job) => tenantIn(job) === tenant).map((job) => toQueueJob(job, state))
  }
}

/** Jobs that were added by other programs may contain anything. */
const tenantIn = ({ data }: QueuedJob): unknown => (data as Partial<JobEnvelope> | null)?.tenant ?? DEFAULT_TENANT

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
