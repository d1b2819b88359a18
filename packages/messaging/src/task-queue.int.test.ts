import { imageOptimize, PRIORITIES, type ImageJob, type TaskPriority } from '@darkroom/contracts'
import { Redis } from 'ioredis'
import { until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { queueNames, redisNames } from './names.ts'
import { TaskQueue } from './task-queue.ts'
import { announceSlots } from './worker-presence.ts'

/** A separate database, because the documented names have no namespace. */
const DATABASE = 12
let redis: Redis
let queue: TaskQueue

beforeAll(async () => {
  redis = new Redis(inject('redisUrl'), { db: DATABASE })
  await redis.flushdb()
  queue = new TaskQueue({ redis, names: queueNames({}, imageOptimize), kind: imageOptimize })
})
afterAll(async () => {
  await queue.close()
  await redis.flushdb()
  redis.disconnect()
})

const idOf = (number: number): string => number.toString(16).padStart(24, '0')
const jobOf = (number: number, epoch = 1): ImageJob => ({
  taskId: idOf(number),
  imagePath: `storage/images/${idOf(number)}/original.jpg`,
  timestamp: 1000 + number,
  epoch,
  tenant: 'default',
  imageName: 'photo',
})
const add = (job: ImageJob, priority: TaskPriority = 'interactive', attempts = 3) =>
  queue.add([{ job, priority, attempts }])

test('the queue, its keys and its jobs have the documented names [S1.1, S1.14, S3.3]', async () => {
  expect([queue.name, redisNames().prefix, redisNames().channel]).toEqual(['image-processing', 'bull', 'task-events'])
  await add(jobOf(1))
  const keys = await redis.keys('*')
  for (const key of keys) expect(key).toMatch(/^bull:image-processing:/)
  expect(keys).toEqual(expect.arrayContaining(['bull:image-processing:id', `bull:image-processing:${idOf(1)}`]))
  expect(await queue.find(idOf(1), 1)).toMatchObject({ id: idOf(1), name: 'process-image', data: jobOf(1) })
  await add(jobOf(1, 2))
  expect(await queue.find(idOf(1), 2)).toMatchObject({ id: `${idOf(1)}-2` })
  expect(queueNames({ queue: 'other' }, imageOptimize).queue).toBe('other')
})

test('a job has three attempts, 2 s and 4 s apart with jitter, and is kept for a day after it has finished, however many there are [S0.8, S1.3, S2.3]', async () => {
  await add(jobOf(2))
  expect((await queue.find(idOf(2), 1))?.opts).toMatchObject({
    attempts: 3,
    backoff: { type: 'exponential', delay: 2000, jitter: 0.25 },
    removeOnComplete: { age: 86_400 },
    removeOnFail: { age: 86_400 },
    priority: 10,
  })
})

test('jobs are ordered by priority: 1, 10, 100, 1000 [S0.9]', async () => {
  await redis.flushdb()
  const priorities = ['batch', 'normal', 'premium', 'interactive'] as const
  for (const [index, priority] of priorities.entries()) await add(jobOf(10 + index), priority)
  const waiting = await queue.jobs('prioritized', 0, 49)
  expect(waiting.map((job) => job.priority)).toEqual([1, 10, 100, 1000])
  expect(PRIORITIES).toEqual({ premium: 1, interactive: 10, normal: 100, batch: 1000 })
})

test('a page has the first fifty jobs, oldest first [S1.12]', async () => {
  await redis.flushdb()
  for (let number = 0; number < 51; number++) await add(jobOf(100 + number))
  const ids = (await queue.jobs('prioritized', 0, 49)).map((job) => job.id)
  expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => idOf(100 + index)))
  expect((await queue.jobs('prioritized', 50, 99)).map((job) => job.id)).toEqual([idOf(150)])
})

test('workers are those of this database: other installations may use the same server', async () => {
  const ids = { ours: DATABASE, theirs: DATABASE + 1 }
  for (const [workerId, db] of Object.entries(ids)) {
    const voice = new Redis(inject('redisUrl'), { db })
    onTestFinished(() => voice.disconnect())
    announceSlots(voice, queue.names, { workerId, slots: 2, version: '1.2.3' })
    await until(async () => String(await voice.client('GETNAME')).endsWith(workerId), { what: 'its name' })
  }
  expect(await queue.workers()).toMatchObject([{ id: 'ours', slots: 2, version: '1.2.3' }])
  expect(await queue.load()).toMatchObject({ slots: 2 })
})
