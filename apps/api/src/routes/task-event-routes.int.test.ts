import { problem, taskEventPage, type Task, type TaskEvent, type TaskEventPage } from '@darkroom/contracts'
import { allowedMs, sampleJpeg, timed, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openEventStream, type EventStream } from '../../test/event-stream.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf, type Run } from '../../test/task-history.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { moveFor } from '../tasks/task.ts'

let api: TestApi
/** Another process of the same installation. */
let replica: TestApi
let photo: Buffer
const open: EventStream[] = []

const pace = { EVENT_HEARTBEAT_MS: '200', FOLLOW_RECHECK_MS: '300', FOLLOWERS_PER_TASK: '3' }

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi(pace)
  const { REDIS_NAMESPACE = '', QUEUE_NAME, MONGODB_URL } = api.env
  replica = await startTestApi({ ...pace, REDIS_NAMESPACE, QUEUE_NAME, MONGODB_URL, DATA_DIR: api.dataDir })
  await until(async () => (await api.redis.pubsub('NUMSUB', api.names.channel))[1] === 2, { what: 'two subscribers' })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.leave()))
})
afterAll(async () => {
  await replica.stop()
  await api.stop()
})

const newTask = async (): Promise<Task> => (await api.upload(photo)).body as Task

async function follow(
  task: { id: string },
  { at = api, lastEventId }: { at?: TestApi; lastEventId?: string } = {},
): Promise<EventStream> {
  const stream = await openEventStream(
    `${at.url}/api/v1/tasks/${task.id}/events`,
    lastEventId ? { 'last-event-id': lastEventId } : {},
  )
  open.push(stream)
  return stream
}

const logOf = async (task: { id: string }): Promise<TaskEventPage['items']> =>
  taskEventPage.parse((await api.request(`/api/v1/tasks/${task.id}/events`)).body).items

/** Told one after the other, each when the store has the one before. */
async function tellInOrder(task: { id: string }, events: readonly TaskEvent[]): Promise<void> {
  for (const event of events) {
    await api.tell(event)
    await until(async () => (await logOf(task)).some(({ seq }) => seq === event.seq), {
      what: `${event.eventType} in the log`,
    })
  }
}

const typesOf = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type)

const numbers = (ids: readonly string[]): number[][] => ids.map((id) => id.split('.').map(Number))

const story: Run[] = [
  { progress: 1, end: 'retry' },
  { progress: 0, end: 'completed' },
]
const told = ['task.created', 'task.processing', 'task.progress', 'task.retry', 'task.processing', 'task.completed']

describe('the log', () => {
  it('starts with the upload and contains each step with its position', async () => {
    const task = await newTask()
    expect(await logOf(task)).toMatchObject([
      { type: 'task.created', epoch: 1, seq: 0, attempt: 0, data: { name: 'photo.jpg' } },
    ])
    await tellInOrder(task, historyOf(task, story))
    const items = await logOf(task)
    expect(typesOf(items)).toEqual(told)
    expect(items.map(({ attempt }) => attempt)).toEqual([0, 1, 1, 1, 2, 2])
    expect(items.at(-1)).toMatchObject({ data: { processingTime: 70 } })
  })

  it('is also available by job id, and linked from the task', async () => {
    const task = await newTask()
    expect((await api.request(task.links.events)).body).toEqual({ items: await logOf(task) })
    expect((await api.request(`/api/v1/tasks/${task.jobId}/events`)).body).toEqual({ items: await logOf(task) })
  })

  it.each(['application/json', 'text/event-stream'])('of an unknown task is not found, as %s', async (accept) => {
    const { status, body } = await api.request(`/api/v1/tasks/${'0'.repeat(24)}/events`, { headers: { accept } })
    expect([status, problem.parse(body).code]).toEqual([404, 'TASK_NOT_FOUND'])
  })
})

describe('the stream', () => {
  it('sends past events, then new ones, and ends with the task', async () => {
    const task = await newTask()
    const [first, ...rest] = historyOf(task, story)
    await tellInOrder(task, [first!])
    const stream = await follow(task)
    expect(stream.status).toBe(200)
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    await stream.hears('task.processing')
    await tellInOrder(task, rest)
    await stream.end()
    expect(stream.types()).toEqual(told)
    expect(stream.heard.map(({ data }) => data)).toEqual(await logOf(task))
    expect(stream.ids()).toEqual((await logOf(task)).map(({ epoch, seq }) => `${epoch}.${seq}`))
  })

  it('continues after the last event of the client, and is empty for a client that has all of them', async () => {
    const task = await newTask()
    await tellInOrder(task, historyOf(task, story))
    const whole = await follow(task)
    await whole.end()
    const resumed = await follow(task, { lastEventId: whole.ids()[2]! })
    await resumed.end()
    expect(resumed.heard).toEqual(whole.heard.slice(3))
    expect((await follow(task, { lastEventId: whole.ids().at(-1)! })).status).toBe(204)
    const strange = await follow(task, { lastEventId: 'nonsense' })
    await strange.end()
    expect(strange.heard).toEqual(whole.heard)
  })

  it('forwards progress that is not stored', async () => {
    const task = await newTask()
    const [processing, progress] = historyOf(task, [{ progress: 1, end: 'running' }])
    const stream = await follow(task)
    await tellInOrder(task, [processing!])
    await stream.hears('task.processing')
    await api.tell({ ...progress, timestamp: (progress as { startedAt: number }).startedAt + 10 } as TaskEvent)
    expect(await stream.hears('task.progress')).toMatchObject({
      id: '1.1002',
      data: { data: { stage: 'encode', percent: 10 } },
    })
    expect(typesOf(await logOf(task))).toEqual(['task.created', 'task.processing'])
  })

  it('sends heartbeats while nothing happens', async () => {
    const stream = await follow(await newTask())
    await until(() => stream.comments.filter((comment) => comment === ': heartbeat').length >= 2, {
      what: 'heartbeats',
    })
  })

  it('has a limit per task, and frees the place of a client that leaves', async () => {
    const task = await newTask()
    const streams = [await follow(task), await follow(task), await follow(task)]
    const refused = await api.request(`/api/v1/tasks/${task.id}/events`, { headers: { accept: 'text/event-stream' } })
    expect([refused.status, refused.headers.get('retry-after'), problem.parse(refused.body).code]).toEqual([
      429,
      '5',
      'TOO_MANY_WAITING',
    ])
    await streams[0]!.leave()
    await until(async () => (await follow(task)).status === 200, { what: 'room for another stream' })
  })
})

describe('with two processes', () => {
  it('each of them sends every event once, in order', async () => {
    const task = await newTask()
    const streams = [await follow(task), await follow(task, { at: replica })]
    for (const event of historyOf(task, story)) await api.tell(event)
    for (const stream of streams) {
      await stream.end()
      expect(stream.types().filter((type) => type === 'task.completed')).toHaveLength(1)
      expect(stream.types()[0]).toBe('task.created')
      const ids = numbers(stream.ids())
      expect(ids).toEqual(ids.toSorted(([a, b], [c, d]) => a! - c! || b! - d!))
      expect(new Set(stream.ids()).size).toBe(stream.ids().length)
    }
  })

  it('streams that are opened at the same time receive the end exactly once', async () => {
    const tasks = await Promise.all(Array.from({ length: 10 }, newTask))
    const streams = await Promise.all(
      tasks.flatMap((task, index) => {
        const [processing] = historyOf(task, [{ progress: 0, end: 'completed' }])
        const telling = api.tell(processing!).then(() => api.tell(completedOf(task)))
        return [
          follow(task),
          follow(task, { at: replica }),
          telling.then(() => follow(task, { at: index % 2 ? api : replica })),
        ]
      }),
    )
    for (const stream of streams) {
      await stream.end()
      expect(stream.types().filter((type) => type === 'task.completed')).toHaveLength(1)
      expect(stream.types().at(-1)).toBe('task.completed')
    }
  })

  it('a write without a published event is still noticed', async () => {
    const task = await newTask()
    const stream = await follow(task)
    const event = completedOf(task)
    const { taskId: id, tenant, epoch, seq } = event
    await new TaskStore(api.database).move({ id, tenant, epoch, seq }, moveFor(event, Date.now())!)
    await stream.end()
    expect(stream.types()).toEqual(['task.created', 'task.completed'])
  })

  it('a process that loses its connection to the channel keeps sending', async () => {
    const task = await newTask()
    const stream = await follow(task, { at: replica })
    const [processing, ...rest] = historyOf(task, story)
    await tellInOrder(task, [processing!])
    await stream.hears('task.processing')
    await api.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await until(async () => (await api.redis.pubsub('NUMSUB', api.names.channel))[1] === 2, { what: 'two subscribers' })
    await tellInOrder(task, rest)
    await stream.end()
    expect(stream.types()).toEqual(told)
  })
})

it('open streams do not prevent a shutdown, and end in order', async () => {
  const [closing, control] = [await startTestApi(), await startTestApi()]
  for (const one of [closing, control]) await one.upload(photo)
  const { body } = await closing.upload(photo)
  const stream = await follow(body as Task, { at: closing })
  await stream.hears('task.created')
  const { ms: controlMs } = await timed(control.stop)
  const { ms } = await timed(async () => {
    await closing.stop()
    await stream.end()
  })
  expect(ms).toBeLessThan(allowedMs(3000, controlMs))
})
