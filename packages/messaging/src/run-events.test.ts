import { eventSeq, STEP, taskEvent, type JobEnvelope } from '@darkroom/contracts'
import { expect, test } from 'vitest'
import type { QueuedJob } from './queued-job.ts'
import {
  completedEvent,
  failedEvent,
  jobRunOf,
  processingEvent,
  progressEvent,
  retryEvent,
  type JobRun,
} from './run-events.ts'

const job: JobEnvelope = { taskId: 'a'.repeat(24), timestamp: 1000, epoch: 2, tenant: 'default' }
const NOW = 1700

/** The fields of a BullMQ job that are read. */
const queuedJob = (given: Partial<QueuedJob> = {}): QueuedJob =>
  ({ id: 'a-job', data: job, opts: {}, processedOn: 1500, attemptsStarted: 1, attemptsMade: 0, ...given }) as QueuedJob

const runOf = (given: Partial<QueuedJob> = {}): JobRun =>
  jobRunOf(queuedJob(given), { workerId: 'worker-a', startedAt: NOW })

test('the runs and attempts of a lost job are included', () => {
  const counts = { data: { ...job, previous: { runs: 4, attempts: 1 } }, attemptsStarted: 2, attemptsMade: 1 }
  expect(runOf(counts)).toMatchObject({ attempt: 6, attemptsMade: 2 })
  expect(failedEvent(queuedJob(counts), NOW)).toMatchObject({ attempt: 6, attempts: 2, seq: eventSeq(6, STEP.failed) })
})

test('the events of a run match the contract and are in order', () => {
  const counts = { attemptsStarted: 3, attemptsMade: 2 }
  const run = runOf(counts)
  const events = [
    processingEvent(run, NOW),
    progressEvent(run, { stage: 'encode', percent: 63, count: 0 }, NOW),
    progressEvent(run, { stage: 'store', percent: 90, count: 1 }, NOW),
    retryEvent(run, { code: 'DEADLINE', message: 'late', retryable: true, delayMs: 2000 }, NOW),
    completedEvent(run, { images: [] }, NOW),
    failedEvent(queuedJob({ ...counts, attemptsMade: 3, failedReason: 'DEADLINE: late' }), NOW),
  ]
  for (const event of events) expect(taskEvent.parse(event)).toEqual(event)
  expect(events.map(({ seq }) => seq)).toEqual([3001, 3002, 3003, 3997, 3998, 3999])
  expect(events.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 3, 3])
  expect(events[0]).toMatchObject({
    seq: eventSeq(3, STEP.processing),
    startedAt: 1500,
    waitMs: 500,
    epoch: 2,
    workerId: 'worker-a',
  })
  expect(events[3]).toMatchObject({ nextAt: NOW + 2000, error: 'late' })
  expect(events[4]).toMatchObject({ processingTime: 200 })
})

test('the queue takes precedence over assumptions about a run', () => {
  expect(runOf({ processedBy: 'worker-b' })).toMatchObject({ workerId: 'worker-b', startedAt: 1500 })
  // BullMQ omits these fields of a job that never ran.
  const { processedOn: _, ...neverRun } = queuedJob()
  expect(jobRunOf(neverRun as QueuedJob, { workerId: 'worker-a', startedAt: NOW }).startedAt).toBe(NOW)
  expect(failedEvent(neverRun as QueuedJob, NOW)).toMatchObject({
    startedAt: null,
    waitMs: null,
    workerId: null,
    timestamp: NOW,
  })
})

test('a clock that is behind does not cause a negative wait', () => {
  const ahead = { data: { ...job, timestamp: 9000 } }
  expect(processingEvent(runOf(ahead), NOW).waitMs).toBe(0)
  expect(failedEvent(queuedJob(ahead), NOW).waitMs).toBe(0)
})
