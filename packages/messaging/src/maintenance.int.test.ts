import { uniqueName, until } from '@darkroom/testing'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createMaintenance, type Schedule } from './maintenance.ts'
import { redisNames } from './names.ts'

const EVERY_MS = 250

/** Several processes that share a schedule, and their runs. */
async function startReplicas(
  count: number,
  work: () => Promise<void> = async () => {},
  when: Schedule = { everyMs: EVERY_MS },
) {
  const names = redisNames({ namespace: uniqueName('maintenance') })
  const runs: { replica: number; at: number }[] = []
  const errors: unknown[] = []
  let active = 0
  let mostActive = 0
  const replicas = Array.from({ length: count }, (_, replica) => {
    const producer = new Redis(inject('redisUrl'), { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
    const consumer = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
    const run = async (): Promise<void> => {
      runs.push({ replica, at: Date.now() })
      mostActive = Math.max(mostActive, ++active)
      await work().finally(() => active--)
    }
    const maintenance = createMaintenance({
      producer,
      consumer,
      names,
      checkMs: EVERY_MS,
      work: { cleanup: { when, run } },
      onError: (error) => errors.push(error),
    })
    return { maintenance, producer, consumer }
  })
  const redis = new Redis(inject('redisUrl'))
  const forget = async (): Promise<void> => {
    const keys = await redis.keys(`${names.prefix}:*`)
    if (keys.length > 0) await redis.del(keys)
  }
  onTestFinished(async () => {
    await Promise.all(replicas.map(({ maintenance }) => maintenance.stop()))
    await forget()
    for (const { producer, consumer } of replicas)
      for (const connection of [producer, consumer]) connection.disconnect()
    redis.disconnect()
  })
  for (const { maintenance } of replicas) maintenance.start()
  return { names, runs, errors, forget, replicas, mostActive: () => mostActive }
}

test('there is one run per interval, without overlaps, however many processes there are [S0.12]', async () => {
  const { runs, errors, mostActive } = await startReplicas(4, () => until(() => true, { intervalMs: 1 }).then(() => {}))
  await until(() => runs.length >= 8, { what: 'eight runs' })
  const took = runs.at(-1)!.at - runs[0]!.at
  expect(took).toBeGreaterThan(6 * EVERY_MS)
  expect(mostActive()).toBe(1)
  expect(errors).toEqual([])
})

test('every queue has its own maintenance queue; that of the default one keeps its name', () => {
  const queues = [
    redisNames(),
    redisNames({ queue: 'image-processing' }),
    redisNames({ queue: 'photos' }),
    redisNames({ queue: 'prints' }),
  ]
  expect(queues.map(({ maintenance }) => maintenance)).toEqual([
    'maintenance',
    'maintenance',
    'maintenance-photos',
    'maintenance-prints',
  ])
})

test('a schedule lost by Redis is recreated', async () => {
  const { runs, forget } = await startReplicas(2)
  await until(() => runs.length >= 2, { what: 'the first runs' })
  await forget()
  const before = runs.length
  await until(() => runs.length >= before + 3, { what: 'runs after the loss' })
})

test('checking the schedule does not duplicate it, and a failed run does not stop it', async () => {
  const { names, runs, errors } = await startReplicas(3, () => Promise.reject(new Error('no luck')))
  await until(() => runs.length >= 6, { what: 'six runs' })
  expect(errors.length).toBeGreaterThan(3)
  const redis = new Redis(inject('redisUrl'))
  const queue = new Queue(names.maintenance, { connection: redis, prefix: names.prefix })
  const counts = await queue.getJobCounts('delayed', 'waiting', 'active')
  expect(counts['delayed']! + counts['waiting']! + counts['active']!).toBeLessThanOrEqual(2)
  await queue.close()
  redis.disconnect()
})

test('a process that stops signals its run to finish', async () => {
  const names = redisNames({ namespace: uniqueName('maintenance') })
  const producer = new Redis(inject('redisUrl'), { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
  const consumer = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
  const told = Promise.withResolvers<void>()
  let started = false
  const run = (signal: AbortSignal): Promise<void> => {
    started = true
    signal.addEventListener('abort', () => told.resolve())
    return told.promise
  }
  const maintenance = createMaintenance({
    producer,
    consumer,
    names,
    checkMs: EVERY_MS,
    work: { cleanup: { when: { everyMs: EVERY_MS }, run } },
    onError: () => {},
  })
  maintenance.start()
  await until(() => started, { what: 'a run' })
  await maintenance.stop()
  await told.promise
  const keys = await consumer.keys(`${names.prefix}:*`)
  await consumer.del(keys)
  producer.disconnect()
  consumer.disconnect()
})

test('work at a time of the day is due once at that time in its zone, however many processes there are [S4.10]', async () => {
  const when = { cron: '0 2 * * *', timeZone: 'America/Bogota' }
  const { names, runs, errors } = await startReplicas(3, async () => {}, when)
  const redis = new Redis(inject('redisUrl'))
  const queue = new Queue(names.maintenance, { connection: redis, prefix: names.prefix })
  const nextOf = async (): Promise<number> => (await queue.getJobScheduler('cleanup'))?.next ?? 0
  const first = await until(nextOf, { what: 'a schedule' })
  // Bogota is five hours behind UTC all year.
  expect(new Date(first).toISOString()).toMatch(/T07:00:00\.000Z$/)
  expect(first - Date.now()).toBeLessThanOrEqual(24 * 3_600_000)
  const [job, ...others] = await until(async () => {
    const delayed = await queue.getDelayed()
    return delayed.length > 0 && delayed
  })
  expect(others).toEqual([])
  await job!.promote()
  await until(async () => (await nextOf()) !== first && (await queue.getDelayedCount()) === 1, { what: 'the next one' })
  expect([runs.length, errors]).toEqual([1, []])
  await queue.close()
  redis.disconnect()
})
