import type { Logger } from '@darkroom/runtime'
import { imageOptimize } from '@darkroom/contracts'
import { TaskQueue, queueNames } from '@darkroom/messaging'
import { recordLog, sampleJpeg, startTcpProxy, uniqueName, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectRedis } from '@darkroom/runtime'
import { startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { completedOf } from '../../test/task-history.ts'
import { fatal, startTestWorker, type TestWorker } from '../../test/test-worker.ts'
import type { Send } from '../send.ts'
import { newTaskId } from '../tasks/task-store.ts'
import type { UpdateTaskStatus } from '../applying/update-task-status.ts'
import { QueueEventsListener } from './queue-events-listener.ts'

let api: TestApi
let worker: TestWorker

beforeAll(async () => {
  api = await startTestApi()
  worker = await startTestWorker(api, {
    work: async ({ imageName }) => {
      if (imageName === 'bad') throw fatal('IMAGE_CORRUPT')
    },
  })
})
afterAll(async () => {
  await worker.stop()
  await api.stop()
})

it('waiting and active jobs are logged, completed and failed ones become the one command [S3.1, S3.10]', async () => {
  const redis = connectRedis(inject('redisUrl'), 'consumer', testLog)
  const { log, lines } = recordLog<Logger>()
  const sent: UpdateTaskStatus[] = []
  const send = (async (command: UpdateTaskStatus) => void sent.push(command)) as unknown as Send
  const listener = new QueueEventsListener({ redis, queue: api.queue, send, log, now: Date.now })
  await listener.start()

  const photo = await sampleJpeg({ width: 64, height: 48 })
  const upload = async (name: string) =>
    ((await api.post('/api/v1/tasks', [{ name: 'file', value: photo, filename: name }])).body as { id: string }).id
  const [good, bad] = [await upload('good.jpg'), await upload('bad.jpg')]
  await until(() => sent.length >= 2, { what: 'two commands' })

  const eventsOf = (id: string) => sent.map(({ event }) => event).filter((event) => event.taskId === id)
  expect(eventsOf(good)).toMatchObject([{ eventType: 'task.completed', attempts: 1, images: [{}, {}] }])
  expect(eventsOf(bad)).toMatchObject([
    { eventType: 'task.failed', code: 'IMAGE_CORRUPT', attempts: 1, willRetry: false },
  ])
  for (const id of [good, bad]) {
    const states = lines.filter(({ jobId }) => jobId === id).map(({ level, message }) => `${level} ${message}`)
    expect(states).toEqual(['debug waiting', 'debug active'])
  }
  await listener.stop()
  redis.disconnect()
})

describe('on a stream of its own', () => {
  const result = (id: string): string => JSON.stringify(completedOf({ id }))
  const outage = (): Error => Object.assign(new Error('not reachable'), { name: 'MongoServerSelectionError' })

  async function listen(send: (taskId: string) => Promise<void>, redisUrl = inject('redisUrl')) {
    const names = queueNames({ namespace: uniqueName('events'), queue: 'q' }, imageOptimize)
    const redis = connectRedis(redisUrl, 'consumer', testLog)
    const queue = new TaskQueue({ redis, names, kind: imageOptimize })
    const { log, lines } = recordLog<Logger>()
    const sendCommand = (({ event }: UpdateTaskStatus) => send(event.taskId)) as unknown as Send
    const create = () => new QueueEventsListener({ redis, queue, send: sendCommand, log, now: Date.now })
    const listener = create()
    const key = `${names.prefix}:q:events`
    return {
      listener,
      /** The same in the next process. */
      successor: create,
      redis,
      key,
      lines,
      complete: (taskId: string, id = '*') =>
        redis.xadd(key, id, 'event', 'completed', 'jobId', taskId, 'returnvalue', result(taskId)),
      stop: async () => {
        await listener.stop()
        await queue.close()
        await redis.del(key, `${names.prefix}:q:applied-event`, `${names.prefix}:q:meta`)
        redis.disconnect()
      },
    }
  }

  it('an outage of the store pauses reading, is logged once, and nothing is skipped', async () => {
    let isAway = true
    let tries = 0
    const applied: string[] = []
    const { listener, complete, lines, stop } = await listen(async (taskId) => {
      tries++
      if (isAway) throw outage()
      applied.push(taskId)
    })
    const ids = Array.from({ length: 1200 }, () => newTaskId())
    await Promise.all(ids.map((id) => complete(id)))
    await listener.start()
    await until(() => tries > 16, { what: 'a second try' })
    expect(listener.isBehind).toBe(true)
    expect(tries).toBeLessThan(100)
    expect(applied).toEqual([])
    isAway = false
    await until(() => applied.length >= ids.length, { what: 'all events' })
    expect(applied.toSorted()).toEqual(ids.toSorted())
    await until(() => !listener.isBehind, { what: 'the end of the stream' })
    const said = lines.filter(({ level }) => level === 'warn' || level === 'info').map(({ level }) => level)
    expect(said).toEqual(['warn', 'info'])
    await stop()
  })

  it('a page is applied before the next one is read', async () => {
    const held = Promise.withResolvers<void>()
    let sent = 0
    const { listener, complete, redis, key, stop } = await listen(() => (sent++, held.promise))
    const first = await complete(newTaskId())
    await listener.start()
    await until(() => sent === 1, { what: 'the first event' })
    for (let index = 0; index < 20; index++) await complete(newTaskId())
    const last = (await redis.xrevrange(key, '+', '-', 'COUNT', 1))[0]?.[0] as string
    expect([sent, listener.hasApplied(first!), listener.appliedUntil]).toEqual([1, false, 0])
    held.resolve()
    await until(() => listener.hasApplied(last), { what: 'the other events' })
    expect(sent).toBe(21)
    await stop()
  })

  it('a new stream with lower ids is read from its start', async () => {
    const applied: string[] = []
    const { listener, complete, redis, key, stop } = await listen(async (taskId) => void applied.push(taskId))
    let repairs = 0
    const repair = async (): Promise<void> => void repairs++
    const [before, after] = [newTaskId(), newTaskId()]
    await complete(before, '2000-1')
    await listener.start()
    await until(() => applied.length === 1, { what: 'the first event' })
    await listener.repairGap(repair) // where to continue was unknown
    await listener.repairGap(repair)
    expect(repairs).toBe(1)
    await redis.del(key)
    await complete(after, '1000-1')
    await listener.repairGap(repair)
    expect(repairs).toBe(2)
    await until(() => applied.length === 2, { what: 'the event with the lower id' })
    expect(applied).toEqual([before, after])
    await stop()
  })

  it.each([
    ['no event', 0, 0],
    ['some events', 3, 0],
    ['a stream that was trimmed', 3, 1],
  ])('a process that starts after %s only looks for a gap where there may be one', async (_what, before, gaps) => {
    const applied: string[] = []
    const { listener, successor, complete, redis, key, stop } = await listen(
      async (taskId) => void applied.push(taskId),
    )
    let repairs = 0
    const repair = async (): Promise<void> => void repairs++
    await listener.start()
    await listener.repairGap(repair) // a new Redis: how far events were applied is unknown
    for (let event = 0; event < before; event++) await complete(newTaskId())
    await until(() => applied.length === before, { what: 'the events' })
    await listener.stop()
    for (let event = 0; event < 5; event++) await complete(newTaskId())
    if (gaps > 0) await redis.xtrim(key, 'MAXLEN', 2)
    const next = successor()
    await next.start()
    await next.repairGap(repair)
    await next.repairGap(repair)
    expect(repairs).toBe(1 + gaps)
    await next.stop()
    await stop()
  })

  it('a gap that was not repaired is found again by the next process', async () => {
    const applied: string[] = []
    const { listener, successor, complete, redis, key, stop } = await listen(
      async (taskId) => void applied.push(taskId),
    )
    await listener.start()
    await listener.repairGap(async () => {}) // a new Redis: how far events were applied is unknown
    await complete(newTaskId())
    await until(() => applied.length === 1, { what: 'the first event' })
    await listener.stop()
    for (let event = 0; event < 5; event++) await complete(newTaskId())
    await redis.xtrim(key, 'MAXLEN', 2)
    const next = successor()
    await next.start()
    const away = () => Promise.reject(new Error('the store is away'))
    await expect(next.repairGap(away)).rejects.toThrow('the store is away')
    await until(() => applied.length === 3, { what: 'the events that are left' })
    await next.stop()
    const last = successor()
    let repairs = 0
    await last.start()
    await last.repairGap(async () => void repairs++)
    expect(repairs).toBe(1)
    await last.stop()
    await stop()
  })

  it('removes jobs left by an earlier process once their events are applied', async () => {
    const { listener, complete, redis, key, stop } = await listen(async () => {})
    const set = (state: string): string => `${key.slice(0, -'events'.length)}${state}`
    const hours = (count: number): number => Date.now() - count * 3_600_000
    const old = Array.from({ length: 1200 }, (_, index) => [hours(3) + index, newTaskId()])
    await redis.zadd(set('completed'), ...old.flat(), hours(1), 'recent')
    await redis.zadd(set('failed'), ...old.slice(0, 700).flat())
    await complete(newTaskId())
    await listener.start()
    await listener.repairGap(async () => {}) // how far events were applied was unknown
    await until(async () => (await redis.zcard(set('completed'))) === 1, {
      what: 'the old completed jobs to be gone',
      timeoutMs: 25_000,
    })
    await until(async () => (await redis.zcard(set('failed'))) === 500, { what: 'the oldest failed jobs to be gone' })
    expect(await redis.zrange(set('completed'), '0', '-1')).toEqual(['recent'])
    expect(await redis.zrange(set('failed'), '0', '0')).toEqual([old[200]?.[1]])
    await redis.del(set('completed'), set('failed'))
    await stop()
  })

  it('stops while its connection is waiting to reconnect', async () => {
    const proxy = await startTcpProxy(inject('redisUrl'))
    const { listener, redis, stop } = await listen(async () => {}, proxy.url)
    await listener.start()
    const reconnecting = () => redis.status === 'reconnecting'
    await proxy.cut()
    await until(reconnecting, { what: 'a lost connection' })
    await listener.stop()
    await proxy.restore()
    await until(() => redis.status === 'ready', { what: 'a connection' })
    await stop()
    await proxy.stop()
  })
})
