import { inspectQueue, type QueueInspection, type QueueNames } from '@darkroom/messaging'
import type { Redis } from 'ioredis'
import { findingsOf, type Finding, type Report } from './finding.ts'

/**
 * Workers take a job within milliseconds: a job that has waited this long while none is running is
 * not being processed.
 */
const NEGLECTED_MS = 15_000

/** Whether workers are connected, and whether waiting and running jobs make progress. */
export async function checkQueue(redis: Redis, names: QueueNames): Promise<Finding[]> {
  const { findings, report } = findingsOf('Queue')
  const queue = await inspectQueue(redis, names)
  const waiting = Object.values(queue.waiting).reduce((sum, count) => sum + count, 0)
  report('OK', `${names.queue}: ${waiting} waiting, ${queue.active} running`)
  checkWorkers(report, queue, waiting)
  if (queue.isPaused) {
    report('WARN', 'is paused: no job is started', `POST /api/v1/queues/${names.queue}/resume resumes it.`)
  }
  checkActive(report, queue)
  return findings
}

function checkWorkers(
  report: Report,
  { workers, slots, active, isPaused, oldestWaitingSince }: QueueInspection,
  waiting: number,
): void {
  const someWorkers = `${workers} worker${workers === 1 ? '' : 's'}`
  if (workers === 0) {
    const cure = 'Start a worker (npm run worker) with the same Redis, QUEUE_NAME and REDIS_NAMESPACE as the API.'
    return report(
      waiting > 0 ? 'FAIL' : 'WARN',
      waiting > 0 ? `${waiting} jobs are waiting and no worker is connected` : 'no worker is connected',
      cure,
    )
  }
  const waitedMs = oldestWaitingSince === null ? 0 : Date.now() - oldestWaitingSince
  if (active === 0 && !isPaused && waitedMs > NEGLECTED_MS) {
    const cure =
      'Check the logs of the workers and restart them; they also restart by themselves after IDLE_RESTART_MS.'
    return report(
      'FAIL',
      `${someWorkers} connected, but a job has been waiting for ${Math.round(waitedMs / 1000)} s and none is running`,
      cure,
    )
  }
  report('OK', `${someWorkers} connected, ${slots} concurrent jobs`)
}

/** A worker renews the lock of a running job every few seconds. */
function checkActive(report: Report, { activeWithoutWorker: lost, workers, active }: QueueInspection): void {
  if (lost === 0) return active > 0 ? report('OK', 'every running job is locked by a worker') : undefined
  const one = `${lost} running jobs are no longer locked by a worker`
  if (workers > 0)
    return report(
      'WARN',
      one,
      'Their worker died: another one takes them within LOCK_DURATION_MS + STALLED_INTERVAL_MS. Check again in 10 s.',
    )
  report('FAIL', one, 'Their worker died. Start one: it takes them over within seconds, without using up an attempt.')
}
