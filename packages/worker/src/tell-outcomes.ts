import {
  formatFailureReason,
  parseFailureReason,
  retryEvent,
  type PublishTaskEvent,
  type QueuedJob,
  type QueueWorker,
} from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { RunReader } from './run-reader.ts'

interface Surroundings {
  publish: PublishTaskEvent
  runOf: RunReader
  log: Logger
}

/**
 * Follows the worker's own events: tells the outcome of each run, and gives up runs whose result
 * nobody would take.
 */
export function tellOutcomes(worker: QueueWorker, around: Surroundings): void {
  const { publish, log } = around
  // Only now is the result in the queue: before, another run might still have replaced it.
  worker.on('completed', (_job, result) => void publish(result))
  worker.on('failed', (job, error) => tellFailure(job, error, around))
  worker.on('lockRenewalFailed', (jobIds) => {
    log.warn({ jobIds }, 'locks of running jobs lost')
    for (const jobId of jobIds) worker.cancelJob(jobId, LOCK_LOST)
  })
  worker.on('stalled', (jobId) => log.warn({ jobId }, 'job of a silent worker reassigned'))
  worker.on(
    'error',
    sayOnce((error) => log.warn({ err: error }, 'queue error')),
  )
}

/**
 * Another worker has the job by now, or will soon. The queue refuses whatever this run still says.
 */
const LOCK_LOST = formatFailureReason({
  code: 'LOCK_LOST',
  message: 'The worker was silent for too long',
  retryable: true,
})

/**
 * The end of a task is told by the API, which hears it from the queue; here only that there will be
 * another attempt.
 */
function tellFailure(job: QueuedJob | undefined, error: Error, { publish, runOf, log }: Surroundings): void {
  const reason = parseFailureReason(error.message)
  const run = job && runOf(job)
  const willRetry = job !== undefined && job.finishedOn === undefined
  log.warn(
    {
      taskId: run?.job.taskId,
      jobId: job?.id,
      attempt: run?.attempt,
      code: reason.code,
      reason: reason.message,
      willRetry,
    },
    'attempt failed',
  )
  if (run && willRetry) void publish(retryEvent(run, { ...reason, delayMs: job.delay }, Date.now()))
}

/** An outage repeats one error several times a second. */
function sayOnce(say: (error: Error) => void): (error: Error) => void {
  let said = ''
  return (error) => {
    if (error.message !== said) say(error)
    said = error.message
  }
}
