import { imageOptimize } from '@darkroom/contracts'
import { uniqueName, until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { queueNames } from './names.ts'
import { createQueueWorker, type JobProcessor } from './queue-worker.ts'
import type { CompletedEvent } from './queued-job.ts'
import { LOCK_LOST } from './run-locks.ts'
import { TaskQueue } from './task-queue.ts'

const taskId = 'a'.repeat(24)
const job = { taskId, imagePath: 'original.jpg', timestamp: 0, epoch: 1, tenant: 'default', imageName: 'photo' }

/** A run that lasts until the test ends it. */
interface HeldRun {
  token: string | undefined
  signal: AbortSignal | undefined
  end: (result: CompletedEvent) => void
}

/** A worker with two runs of the same job, of which the first has lost its lock as by a freeze. */
async function startTwoRuns() {
  const names = queueNames({ namespace: uniqueName('locks') }, imageOptimize)
  const [redis, consumer] = [
    new Redis(inject('redisUrl')),
    new Redis(inject('redisUrl'), { maxRetriesPerRequest: null }),
  ]
  const queue = new TaskQueue({ redis, names, kind: imageOptimize })
  const runs: HeldRun[] = []
  // Without defaults: BullMQ counts the parameters.
  const process: JobProcessor = (_job, token, signal) => new Promise((end) => runs.push({ token, signal, end }))
  const worker = createQueueWorker(process, {
    ...{ redis: consumer, names, workerId: 'a', concurrency: 3 },
    ...{ lockDurationMs: 4000, stalledIntervalMs: 100 },
  })
  worker.on('error', () => {})
  onTestFinished(async () => {
    await worker.close(true)
    await queue.close()
    await redis.del(await redis.keys(`${names.prefix}:*`))
    redis.disconnect()
    consumer.disconnect()
  })
  await until(() => redis.status === 'ready', { what: 'a connection to Redis' })
  await queue.add([{ job, priority: 'interactive', attempts: 1 }])
  void worker.run()
  const first = await until(() => runs[0], { what: 'the first run' })
  await redis.del(`${names.prefix}:${names.queue}:${taskId}:lock`)
  const second = await until(() => runs[1], { what: 'the second run' })
  return { queue, worker, runs, first, second }
}

const NO_RESULT = {} as CompletedEvent

test('a run that lost its lock is aborted by the next one, whose lock is renewed until it ends', async () => {
  const { queue, worker, runs, first, second } = await startTwoRuns()
  expect(first.signal?.reason).toBe(LOCK_LOST)
  const refused = new Promise((resolve) => worker.once('error', resolve))
  let renewals = 0
  worker.on('locksRenewed', () => renewals++)
  first.end(NO_RESULT)
  await refused
  renewals = 0
  await until(() => renewals >= 2, { what: 'renewed locks', timeoutMs: 20_000 })
  expect([runs.length, second.signal?.aborted]).toEqual([2, false])
  second.end(NO_RESULT)
  await until(async () => (await (await queue.find(taskId, 1))?.isCompleted()) ?? false, { what: 'the result' })
})

test('a lock that is found lost after another run has started is not the lock of that run', async () => {
  const { worker, first, second } = await startTwoRuns()
  expect(await worker.extendJobLocks([taskId], [`${first.token}`], 4000)).toEqual([])
  expect(await worker.extendJobLocks([taskId], [`${second.token}`], 4000)).toEqual([])
  second.end(NO_RESULT)
})
