import { eventSeq, STEP, taskEvent, type ImageJob } from '@darkroom/contracts'
import type { QueuedImageJob } from '@darkroom/messaging'
import { expect, test } from 'vitest'
import { completedEvent, jobRunOf, processingEvent, progressEvent, retryEvent, type JobRun } from './job-run.ts'

const job: ImageJob = { taskId: 'a'.repeat(24), imagePath: 'x.jpg', timestamp: 1000, epoch: 2, tenant: 'default', imageName: 'x' }

/** What BullMQ hands over, as far as it is read. */
function queued(data: unknown, counts = { attemptsStarted: 1, attemptsMade: 0 }): QueuedImageJob {
  return { id: 'a-job', data, processedOn: 1500, ...counts } as QueuedImageJob
}

const runOf = (...given: Parameters<typeof queued>): JobRun => jobRunOf(queued(...given), 'worker-a')!

test('runs and attempts of a lost job are added', () => {
  const run = runOf({ ...job, previous: { runs: 4, attempts: 1 } }, { attemptsStarted: 2, attemptsMade: 1 })
  expect(run).toMatchObject({ attempt: 6, attemptsMade: 2 })
})

test('data of another shape is no run', () => {
  expect(jobRunOf(queued({ ...job, taskId: 7 }), 'worker-a')).toBeUndefined()
})

test('the events of a run keep to the contract and stand in order', () => {
  const run = runOf(job, { attemptsStarted: 3, attemptsMade: 2 })
  const events = [
    processingEvent(run),
    progressEvent(run, { stage: 'encode', percent: 63 }, 0),
    progressEvent(run, { stage: 'store', percent: 90 }, 1),
    retryEvent(run, { code: 'DEADLINE', message: 'late', retryable: true }, 2000),
    completedEvent(run, { images: [], bytesIn: 1, bytesOut: 1 }),
  ]
  for (const event of events) expect(taskEvent.parse(event)).toEqual(event)
  expect(events.map(({ seq }) => seq)).toEqual([3001, 3002, 3003, 3997, 3998])
  expect(events.map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2, 3])
  expect(events[0]).toMatchObject({ seq: eventSeq(3, STEP.processing), startedAt: 1500, waitMs: 500, epoch: 2 })
})

test('a clock that is behind makes no negative wait', () => {
  expect(processingEvent(runOf({ ...job, timestamp: 9000 })).waitMs).toBe(0)
})
