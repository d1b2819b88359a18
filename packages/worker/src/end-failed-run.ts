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

/** Resolves to what the processor must throw; undefined if the run used up an attempt as usual. */
export type EndRun = (failed: FailedRun) => Promise<Error | undefined>

interface Surroundings {
  giveBack: GiveBack
  machine: MachineWatch
  cancellations: Cancellations
  publish: PublishTaskEvent
  /** Once it is closed, the results of its children mean nothing. */
  pool: Pick<ChildPool, 'isClosed'>
  metrics: Pick<WorkerMetrics, 'givenBack'>
  log: Logger
}

/**
 * Decides what happens to a job whose run failed. Only a working machine can judge a job, so the
 * machine is checked first, unless the bytes themselves were rejected: a hanging disk looks like a
 * job that takes too long.
 */
export function createEndFailedRun(around: Surroundings): EndRun {
  return async (failed) => {
    const { machine, cancellations, pool } = around
    // Cancelled, or taken by another worker, or its child was killed at shutdown: the queue ignores
    // this run. A verdict needs no check.
    if (failed.signal?.aborted || pool.isClosed || !failed.reason.retryable) return undefined
    const trouble = await machine.confirm()
    if (cancellations.has(failed.run.jobId)) return permanentFailure(formatFailureReason(CANCELLED))
    return trouble === undefined ? rule(failed, around) : giveBack(failed, around)
  }
}

function giveBack(failed: FailedRun, around: Surroundings): Promise<Error> {
  // The outage has already been logged.
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
    // Otherwise the task would stay `processing` until the next run, which may take a while.
    void publish(retryEvent(run, { ...reason, delayMs }, Date.now()))
    metrics.givenBack(reason.code)
  } catch (error) {
    // Its lock is no longer renewed: another worker has the job already, or will soon.
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

/** The same as before a second attempt. */
function backoffMsOf({ opts }: QueuedJob): number {
  return typeof opts.backoff === 'object' ? (opts.backoff.delay ?? 0) : 0
}
