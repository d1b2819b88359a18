import {
  completedEvent,
  formatFailureReason,
  permanentFailure,
  processingEvent,
  progressEvent,
  type CompletedEvent,
  type FailureReason,
  type JobProcessor,
  type JobRun,
  type Progress,
  type PublishTaskEvent,
} from '@darkroom/messaging'
import type { KindContract, Outcome } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import type { Processed } from './child/child-protocol.ts'
import { CANCELLED, type Cancellations } from './cancellations.ts'
import type { ChildPool } from './child-pool.ts'
import { JobFailure, reasonOf } from './child/job-failure.ts'
import type { EndRun } from './end-failed-run.ts'
import type { MachineWatch } from './machine-watch.ts'
import type { RunReader } from './run-reader.ts'
import type { StorageCheck } from './storage-check.ts'
import { traceStages } from './trace-stages.ts'
import type { WorkerMetrics } from './worker-metrics.ts'
import type { Workplace } from './workplace.ts'

/** More frequent progress events help nobody, and each costs the API a database write. */
const PROGRESS_INTERVAL_MS = 200

interface Surroundings {
  pool: ChildPool
  workplace: Workplace
  publish: PublishTaskEvent
  runOf: RunReader
  cancellations: Cancellations
  storageCheck: StorageCheck
  machine: MachineWatch
  endFailedRun: EndRun
  tracing: Tracing
  kind: KindContract
  log: Logger
  metrics: Pick<WorkerMetrics, 'processed'>
  /** For metrics of the kind. */
  onOutcome: (outcome: Outcome) => void
}

/**
 * Called by the queue for each job: has a child run it, publishes its progress, and returns its
 * `task.completed` event.
 */
export function createProcessor(around: Surroundings): JobProcessor {
  return async (queued, token = '', signal) => {
    const run = around.runOf(queued)
    try {
      if (!run)
        throw new JobFailure({ code: 'INVALID_JOB', message: 'The data of the job is invalid', retryable: false })
      return await runJob(run, signal, around)
    } catch (error) {
      if (!(error instanceof JobFailure)) around.log.error({ err: error }, 'unexpected error')
      const reason = reasonOf(error)
      throw (run && (await around.endFailedRun({ queued, token, run, reason, signal }))) ?? toQueueError(reason)
    }
  }
}

async function runJob(run: JobRun, signal: AbortSignal | undefined, around: Surroundings): Promise<CompletedEvent> {
  const { kind, workplace, publish, storageCheck, machine, cancellations, log, metrics } = around
  if (cancellations.has(run.jobId)) throw new JobFailure(CANCELLED)
  if (await storageCheck.isOutdated()) await machine.confirm()
  // A paused BullMQ worker may still take the one job that it was waiting for.
  if (machine.trouble !== undefined) throw new JobFailure(NOT_HERE)
  const about = { taskId: run.job.taskId, jobId: run.jobId, attempt: run.attempt }
  log.debug(about, 'job started')
  void publish(processingEvent(run, Date.now()))
  const inChild = (folder: string) => runInChild({ run, folder, signal }, { ...around, log: log.child(about) })
  const processed = await workplace.run(run.job, { signal }, inChild)
  const { files, bytesIn } = processed
  const { source } = processed
  const told = { ...kind.tell({ files, result: kind.result.parse(processed.result) }), ...(source && { source }) }
  const completed = completedEvent(run, told, Date.now())
  const { processingTime: processingTimeMs, waitMs } = completed
  const bytesOut = files.reduce((sum, { bytes }) => sum + bytes, 0)
  log.info({ ...about, processingTimeMs, waitMs, bytesIn, bytesOut }, `${kind.noun} processed`)
  metrics.processed({ bytesIn, bytesOut })
  around.onOutcome(processed)
  return completed
}

/** In traces a child's work is one span, with one for each of its stages. */
function runInChild(
  { run, folder, signal }: { run: JobRun; folder: string; signal: AbortSignal | undefined },
  { pool, publish, tracing, kind, log }: Pick<Surroundings, 'pool' | 'publish' | 'tracing' | 'kind' | 'log'>,
): Promise<Processed> {
  const { job } = run
  const tell = progressTeller(run, publish, log)
  const attributes = { 'darkroom.task': job.taskId, 'darkroom.attempt': run.attempt }
  return tracing.span(`child ${kind.kind}`, { attributes }, async () => {
    const stages = traceStages(tracing)
    const onProgress = (progress: Progress): void => {
      stages.reached(progress.stage)
      tell(progress)
    }
    return pool.run({ job, folder }, { signal, onProgress, log }).finally(stages.end)
  })
}

/** The exact reason contains paths of the machine, which must only appear in the log. */
const NOT_HERE = {
  code: 'STORAGE_FAILED',
  message: 'The worker cannot use its storage at the moment',
  retryable: true,
} as const

/**
 * The first progress of a run is always published; further progress only after the interval, and if
 * it differs: a task's log has room for 100 events. 0 % is omitted, because `task.processing`
 * implies it.
 */
function progressTeller(run: JobRun, publish: PublishTaskEvent, log: Logger): (progress: Progress) => void {
  let count = 0
  let toldAt = 0
  let told: Progress = { stage: '', percent: 0 }
  return (progress) => {
    log.debug(progress, 'job progress')
    const now = Date.now()
    if (progress.percent === 0 || now - toldAt < PROGRESS_INTERVAL_MS) return
    if (progress.stage === told.stage && progress.percent === told.percent) return
    toldAt = now
    told = progress
    void publish(progressEvent(run, { ...progress, count: count++ }, now))
  }
}

/**
 * The queue stores one line of text, and the class of the error decides whether there is another
 * attempt.
 */
function toQueueError(reason: FailureReason): Error {
  const text = formatFailureReason(reason)
  return reason.retryable ? new Error(text) : permanentFailure(text)
}
