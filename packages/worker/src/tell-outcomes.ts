import {
  LOCK_LOST,
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
 * Follows the events of the BullMQ worker: publishes the outcome of each run, and aborts runs whose
 * result would be ignored.
 */
export function tellOutcomes(worker: QueueWorker, around: Surroundings): void {
  const { publish, log } = around
  // Only now is the result in the queue: until then, another run could have replaced it.
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
 * The API publishes the end of a task, which it learns from the queue; the worker only publishes
 * that there will be another attempt.
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

/** During an outage, the same error occurs several times a second. */
function sayOnce(say: (error: Error) => void): (error: Error) => void {
  let said = ''
  return (error) => {
    if (error.message !== said) say(error)
    said = error.message
  }
}
