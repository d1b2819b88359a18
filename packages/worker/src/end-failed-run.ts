import {
  formatFailureReason,
  leaveJob,
  permanentFailure,
  retryEvent,
  type FailureReason,
  type GiveBack,
  type JobRun,
  type PublishTaskEvent,
  type QueuedJob,
} from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { CANCELLED, type Cancellations } from './cancellations.ts'
import type { ChildPool } from './child-pool.ts'
import type { MachineWatch } from './machine-watch.ts'
import { ruleOnFailure } from './rule-on-failure.ts'
import type { WorkerMetrics } from './worker-metrics.ts'

export interface FailedRun {
  queued: QueuedJob
  token: string
  run: JobRun
  reason: FailureReason
  signal: AbortSignal | undefined
}

/**
 * Resolves to what the processor must throw; undefined when the run has used up an attempt as any
 * other.
 */
export type EndRun = (failed: FailedRun) => Promise<Error | undefined>

interface Surroundings {
  giveBack: GiveBack
  machine: MachineWatch
  cancellations: Cancellations
  publish: PublishTaskEvent
  /** Once closed, what its children say means nothing. */
  pool: Pick<ChildPool, 'isClosed'>
  metrics: Pick<WorkerMetrics, 'givenBack'>
  log: Logger
}

/**
 * Decides what becomes of a job whose run failed. Only a machine that can do the work may judge a
 * job, so unless the bytes themselves were refused it is checked first: a disk that hangs looks
 * like a job that takes too long.
 */
export function createEndFailedRun(around: Surroundings): EndRun {
  return async (failed) => {
    const { machine, cancellations, pool } = around
    // Cancelled, or in other hands, or its child was ended with the worker: the queue takes nothing
    // from this run.
    if (failed.signal?.aborted || pool.isClosed || !failed.reason.retryable) return undefined
    const trouble = await machine.confirm()
    if (cancellations.has(failed.run.jobId)) return permanentFailure(formatFailureReason(CANCELLED))
    return trouble === undefined ? rule(failed, around) : giveBack(failed, around)
  }
}

function giveBack(failed: FailedRun, around: Surroundings): Promise<Error> {
  // The outage has its line already.
  around.log.debug(factsOf(failed), 'job returned to the queue')
  return leave(failed, around, { delayMs: 0, put: () => around.giveBack.now(failed.queued, failed.token) })
}

async function rule(failed: FailedRun, around: Surroundings): Promise<Error | undefined> {
  const { queued, token, run, reason } = failed
  const ruling = ruleOnFailure(reason, run.job.setbacks ?? {}, backoffMsOf(queued))
  if (ruling.ruling === 'attempt used') return undefined
  if (ruling.ruling === 'failed for good') return permanentFailure(formatFailureReason({ ...reason, retryable: false }))
  const { delayMs, setbacks } = ruling
  around.log.warn({ ...factsOf(failed), ...setbacks, delayMs }, 'run failed without using up an attempt')
  return leave(failed, around, { delayMs, put: () => around.giveBack.later(queued, token, delayMs, setbacks) })
}

interface Return {
  delayMs: number
  put: () => Promise<void>
}

async function leave(
  { run, reason }: FailedRun,
  { publish, metrics, log }: Surroundings,
  { delayMs, put }: Return,
): Promise<Error> {
  try {
    await put()
    // The document says that the run goes on, and the next one may be a while.
    void publish(retryEvent(run, { ...reason, delayMs }, Date.now()))
    metrics.givenBack(reason.code)
  } catch (error) {
    // Its lock is not renewed any more: another worker has the job already, or will soon.
    log.warn(
      { jobId: run.jobId, err: error },
      'job not returned to the queue: another worker takes it when its lock has expired',
    )
  }
  return leaveJob()
}

const factsOf = ({ run: { job, jobId, attempt }, reason: { code, message } }: FailedRun) => ({
  taskId: job.taskId,
  jobId,
  attempt,
  code,
  reason: message,
})

/** As long as before a second attempt. */
function backoffMsOf({ opts }: QueuedJob): number {
  return typeof opts.backoff === 'object' ? (opts.backoff.delay ?? 0) : 0
}
