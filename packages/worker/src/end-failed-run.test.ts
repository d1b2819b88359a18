import type { FailureReason, JobRun, QueuedJob } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { recordLog } from '@darkroom/testing'
import { expect, onTestFinished, test } from 'vitest'
import { Cancellations } from './cancellations.ts'
import { createEndFailedRun } from './end-failed-run.ts'
import { MachineWatch } from './machine-watch.ts'

const job = { taskId: 'a'.repeat(24), timestamp: 0, epoch: 1, tenant: 'default' }
const run: JobRun = { job, jobId: 'a-job', workerId: 'worker-a', attempt: 1, attemptsMade: 0, startedAt: 0 }
const queued = {
  id: 'a-job',
  data: job,
  opts: { backoff: { type: 'exponential', delay: 2000 } },
} as unknown as QueuedJob

/** Ends a run on a machine that fails its check; `duringCheck` is called during the check. */
function createEnd({ put = () => Promise.resolve(), duringCheck = () => {} } = {}) {
  const { log, lines } = recordLog<Logger>()
  const told: string[] = []
  const cancellations = new Cancellations()
  const check = (): Promise<void> => {
    duringCheck()
    return Promise.reject(new Error('the disk is full'))
  }
  const machine = new MachineWatch({ check, pause: () => {}, resume: () => {}, log })
  onTestFinished(() => machine.stop())
  const moved: string[] = []
  const endFailedRun = createEndFailedRun({
    giveBack: {
      now: () => put().then(() => void moved.push('now')),
      later: () => put().then(() => void moved.push('later')),
    },
    machine,
    cancellations,
    publish: async ({ eventType }) => void told.push(eventType),
    pool: { isClosed: false },
    metrics: { givenBack: () => {} },
    log,
  })
  const end = (reason: FailureReason, signal?: AbortSignal) =>
    endFailedRun({ queued, token: 'a-token', run, reason, signal })
  return { end, cancellations, lines, told, moved }
}

const full = { code: 'STORAGE_FULL', message: 'No space is left', retryable: true }
const late = { code: 'DEADLINE', message: 'Processing took too long', retryable: true }

test.each([full, late])('a failure on a broken machine does not count: $code', async (reason) => {
  const { end, told, moved } = createEnd()
  expect(await end(reason)).toMatchObject({ name: 'WaitingError' })
  expect([moved, told]).toEqual([['now'], ['task.retry']])
})

test('a verdict on the input needs no storage check', async () => {
  const { end, moved } = createEnd()
  expect(await end({ code: 'IMAGE_CORRUPT', message: 'damaged', retryable: false })).toBeUndefined()
  expect(moved).toEqual([])
})

test('a job that is cancelled during the check is not returned', async () => {
  const cancel = { now: () => {} }
  const { end, cancellations, moved } = createEnd({ duringCheck: () => cancel.now() })
  cancel.now = () => cancellations.add('a-job')
  expect(await end(full)).toMatchObject({ message: expect.stringMatching(/^CANCELLED!: /) })
  expect(moved).toEqual([])
})

test('an aborted run has no effect', async () => {
  const { end, moved } = createEnd()
  expect(await end(full, AbortSignal.abort())).toBeUndefined()
  expect(moved).toEqual([])
})

test('a job that cannot be returned uses up no attempt, and no event is published', async () => {
  const { end, told, lines } = createEnd({ put: () => Promise.reject(new Error('Missing lock')) })
  expect(await end(full)).toMatchObject({ name: 'WaitingError' })
  expect(told).toEqual([])
  expect(lines.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('not returned') })
})
