import { eventSeq, imageOptimize, STEP, type TaskEvent } from '@darkroom/contracts'
import {
  createGiveBack,
  createQueueWorker,
  createTaskQueues,
  leaveJob,
  queueNames,
  type JobProcessor,
  type QueuedJob,
  type QueueNames,
  type TaskQueue,
  type TaskQueues,
} from '@darkroom/messaging'
import { connectRedis } from '@darkroom/runtime'
import { NO_TRACING } from '@darkroom/runtime/tracing'
import { uniqueName, until } from '@darkroom/testing'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { forgetKeys, openDatabase, openRedis, testLog } from '../../test/start-test-api.ts'
import { completedOf, historyOf, newRecord, testKinds } from '../../test/task-history.ts'
import type { Send } from '../send.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { moveFor, type Move, type TaskRecord } from '../tasks/task.ts'
import type { UpdateTaskStatus } from '../applying/update-task-status.ts'
import { CheckStore } from './check-store.ts'
import { Dispatcher } from './dispatcher.ts'
import { LostJobs } from './lost-jobs.ts'
import type { QueueEventsListener } from './queue-events-listener.ts'
import { SentNotes } from './sent-notes.ts'
import { Sweeper } from './sweeper.ts'

const name = uniqueName('sweeper')
let database: Awaited<ReturnType<typeof openDatabase>>
let redis: Redis
let names: QueueNames
let store: TaskStore
let checks: CheckStore
let queues: TaskQueues
let queue: TaskQueue
let notes: SentNotes
let dispatcher: Dispatcher

beforeAll(async () => {
  database = await openDatabase(name)
  redis = await openRedis()
  const given = { namespace: name, queue: name }
  names = queueNames(given, imageOptimize)
  store = new TaskStore(database.connection)
  checks = new CheckStore(database.connection)
  await store.prepare()
  queues = createTaskQueues({ redis, names: given })
  queue = queues.of('image.optimize')
  notes = new SentNotes({ checks, log: testLog, now: Date.now })
  dispatcher = new Dispatcher({ checks, queues, kinds: testKinds, notes, log: testLog, tracing: NO_TRACING })
})
beforeEach(async () => {
  await dispatcher.drain()
  await database.connection.collection('tasks').deleteMany({})
  await forgetKeys(redis, `${names.prefix}:${names.queue}:*`)
})
afterAll(async () => {
  await dispatcher.drain()
  await queues.close()
  await forgetKeys(redis, `${name}:*`)
  redis.disconnect()
  await database.drop()
})

const listener = { hasApplied: () => true, stuckMs: 0 }
const events = {
  isBehind: () => false,
  of: () => listener as unknown as QueueEventsListener,
  repairGaps: async () => {},
}
const key = (part: string): string => `${names.prefix}:${names.queue}:${part}`

/** Dispatched long ago, and due for a check. */
async function sentTask(given: Partial<TaskRecord> = {}): Promise<TaskRecord> {
  const task = newRecord({ dispatch: { state: 'sent' }, nextCheckAt: new Date(Date.now() - 1000), ...given })
  await store.insert(task)
  return task
}

async function dispatched(given: Partial<TaskRecord> = {}): Promise<TaskRecord> {
  const task = await sentTask(given)
  await dispatcher.dispatch(task)
  return task
}

const stateOf = async ({ id }: TaskRecord) => (await queue.find(id, 1))?.getState()

async function sweepOnce(handle: (event: TaskEvent) => Promise<unknown> = async () => undefined): Promise<void> {
  const send = (({ event }: UpdateTaskStatus) => handle(event)) as unknown as Send
  const stopJob = async () => true
  const clock = { intervalMs: 60_000, leaseMs: 3000, now: Date.now }
  const sweeper = new Sweeper({ checks, store, queues, dispatcher, stopJob, send, events, log: testLog, ...clock })
  sweeper.start()
  await sweeper.sweep()
  await sweeper.stop()
}

it('jobs that are in no list of the queue are queued again', async () => {
  const tasks = await Promise.all(Array.from({ length: 20 }, () => dispatched()))
  await redis.del(key('prioritized'))
  expect(await stateOf(tasks[0]!)).toBe('unknown')
  await sweepOnce()
  for (const task of tasks) expect(await stateOf(task)).toBe('prioritized')
})

it('after Redis has lost every job, tenants take turns again', async () => {
  await Promise.all(Array.from({ length: 20 }, () => dispatched({ tenant: 'flood' })))
  const single = await dispatched({ tenant: 'single' })
  await forgetKeys(redis, key('*'))
  await sweepOnce()
  const order = (await queue.jobs('prioritized', 0, -1)).map(({ data }) => data.taskId)
  expect(order).toHaveLength(21)
  expect(order.indexOf(single.id)).toBeLessThanOrEqual(1)
})

it('a job locked by a worker is left alone', async () => {
  const task = await dispatched()
  await redis.del(key('prioritized'))
  await redis.set(key(`${task.id}:lock`), 'token')
  await sweepOnce()
  expect(await stateOf(task)).toBe('unknown')
  await redis.del(key(`${task.id}:lock`))
  await checks.checkNow([task.id])
  await sweepOnce()
  expect(await stateOf(task)).toBe('prioritized')
})

it('healthy jobs are left alone, and their tasks checked again later', async () => {
  const task = await dispatched()
  const rev = (await store.find(task.tenant, task.id))?.rev
  await sweepOnce()
  const after = (await store.find(task.tenant, task.id)) as TaskRecord
  expect(after.nextCheckAt?.getTime()).toBeGreaterThan(Date.now() + 8000)
  expect(after.rev).toBe(rev)
})

const apply = (event: TaskEvent) =>
  store.move(
    { id: event.taskId, tenant: event.tenant, epoch: event.epoch, seq: event.seq },
    moveFor(event, Date.now()) as Move,
  )

/** A run of which only the start was received. */
async function ranOnce(
  run: (job: QueuedJob, token: string) => Promise<never>,
  given: Partial<TaskRecord> = {},
): Promise<TaskRecord> {
  const task = await dispatched(given)
  const consumer = connectRedis(inject('redisUrl'), 'consumer', testLog)
  const timing = { lockDurationMs: 5000, stalledIntervalMs: 2000 }
  const processor: JobProcessor<QueuedJob['data']> = (job, token = '') => run(job, token)
  const worker = createQueueWorker(processor, {
    redis: consumer,
    names,
    workerId: 'worker-1',
    concurrency: 1,
    ...timing,
  })
  worker.on('error', () => {})
  const ended = new Promise((resolve) => worker.on('active', resolve)).then(() => worker.pause())
  void worker.run()
  await ended
  await worker.close()
  consumer.disconnect()
  await apply(historyOf(task, [{ progress: 0, end: 'running' }])[0]!)
  await checks.checkNow([task.id])
  return task
}

describe('a waiting job whose task is still processing', () => {
  it('has its failed attempt counted, as reported by its worker', async () => {
    const task = await ranOnce(() => Promise.reject(new Error('STORAGE_FAILED: The disk is gone')))
    expect(await stateOf(task)).toBe('delayed')
    await sweepOnce(apply)
    expect(await store.find(task.tenant, task.id)).toMatchObject({
      status: 'pending',
      seq: eventSeq(1, STEP.retry),
      attempts: { made: 1, nextAt: expect.any(Date) },
      error: { code: 'STORAGE_FAILED', message: 'The disk is gone' },
      workerId: 'worker-1',
    })
  })

  it('has no attempt counted if it was returned, and events of the next run take effect', async () => {
    const giveBack = createGiveBack({ redis, names })
    const task = await ranOnce(async (job, token) => {
      await giveBack.now(job, token)
      throw leaveJob()
    })
    expect(await stateOf(task)).toBe('prioritized')
    await sweepOnce(apply)
    expect(await store.find(task.tenant, task.id)).toMatchObject({
      status: 'pending',
      seq: eventSeq(1, STEP.retry),
      attempts: { made: 0 },
    })
    const next = historyOf(task, [
      { progress: 0, end: 'lost' },
      { progress: 0, end: 'running' },
    ]).at(-1)!
    await apply(next)
    await checks.checkNow([task.id])
    await sweepOnce(apply)
    expect(await store.find(task.tenant, task.id)).toMatchObject({ status: 'processing', seq: next.seq })
  })
})

describe('a completed job without a valid result', () => {
  const noResult = async () => ({ images: 'none' }) as never
  const error = { code: 'RESULT_INVALID', message: 'The worker returned no valid result' }

  it('is made again, with one attempt less', async () => {
    const task = await ranOnce(noResult)
    expect(await stateOf(task)).toBe('completed')
    await sweepOnce(apply)
    expect(await store.find(task.tenant, task.id)).toMatchObject({
      status: 'pending',
      attempts: { made: 1 },
      error: { ...error, retryable: true },
    })
    await checks.checkNow([task.id])
    await sweepOnce(apply)
    expect(await queue.find(task.id, 1)).toMatchObject({
      attemptsMade: 0,
      opts: { attempts: 2 },
      data: { previous: { runs: 1, attempts: 1 } },
    })
  })

  it('fails its task if it was the last attempt', async () => {
    const attempts = { made: 2, max: 3, nextAt: null }
    const task = await ranOnce(noResult, { attempts, seq: eventSeq(2, STEP.retry) })
    await sweepOnce(apply)
    expect(await store.find(task.tenant, task.id)).toMatchObject({ status: 'failed', attempts: { made: 3 }, error })
  })
})

describe('a job that is missing', () => {
  const lostJobs = (found: Partial<typeof listener> = {}) =>
    new LostJobs({ store, queues, dispatcher, events: { of: () => ({ ...listener, ...found }) }, log: testLog })

  /** Something to wait for in the event stream. */
  const addEvent = () => redis.xadd(key('events'), '*', 'event', 'completed', 'jobId', 'other')

  it('may have finished while events are pending: it is dispatched again after they are applied', async () => {
    const [task, seen] = [await sentTask(), await addEvent()]
    let applied = '0-0'
    const jobs = lostJobs({
      hasApplied: (id?: string) => Number(applied.split('-')[0]) >= Number(id?.split('-')[0]),
    } as never)
    await jobs.dispatch([task])
    expect(await stateOf(task)).toBeUndefined()
    // Up to where the stream ended when the job was found missing, whatever has arrived since.
    await until(
      async () =>
        (await addEvent()) !== seen &&
        Number((await queue.eventEnds())?.last.split('-')[0]) > Number(seen?.split('-')[0]),
    )
    applied = seen!
    await jobs.dispatch([task])
    expect(await stateOf(task)).toBe('prioritized')
  })

  it('does not wait for another check if the events are applied meanwhile', async () => {
    const [task] = [await sentTask(), await addEvent()]
    let asked = 0
    await lostJobs({ hasApplied: () => ++asked > 5 }).dispatch([task])
    expect(await stateOf(task)).toBe('prioritized')
  })

  it('has finished if the document has changed since', async () => {
    const [task] = [await sentTask(), await addEvent()]
    const event = completedOf(task)
    await store.move({ id: task.id, tenant: task.tenant, epoch: 1, seq: event.seq }, moveFor(event, Date.now()) as Move)
    await lostJobs().dispatch([task])
    expect(await stateOf(task)).toBeUndefined()
  })

  it('does not wait if no process reads the events', async () => {
    const [task] = [await sentTask({ dispatch: { state: 'due' } }), await addEvent()]
    await lostJobs({ hasApplied: () => false }).dispatch([task])
    expect(await stateOf(task)).toBeUndefined()
    await lostJobs({ hasApplied: () => false, stuckMs: 61_000 }).dispatch([task])
    expect(await stateOf(task)).toBe('prioritized')
  })

  it('also counts as lost if it has no data', async () => {
    const task = await sentTask()
    await redis.hset(key(task.id), 'failedReason', 'INVALID_JOB!: none', 'finishedOn', '1')
    await redis.zadd(key('failed'), 1, task.id)
    await sweepOnce()
    expect(await stateOf(task)).toBe('prioritized')
  })

  it('does not wait if Redis has lost the events as well', async () => {
    const task = await sentTask()
    await lostJobs({ hasApplied: () => false }).dispatch([task])
    expect(await stateOf(task)).toBe('prioritized')
  })
})
