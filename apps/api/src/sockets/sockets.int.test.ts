import { once } from 'node:events'
import type { Socket as Connection } from 'node:net'
import { problem, type Job, type Task, type TaskEvent } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { endAs } from '../../test/end-task.ts'
import { openEventStream } from '../../test/event-stream.ts'
import { openJobSocket, type JobSocket } from '../../test/job-socket.ts'
import { openSocket, readAnswer } from '../../test/raw-http.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { historyOf, newRecord } from '../../test/task-history.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { SUBSCRIPTIONS_PER_SOCKET } from './job-subscriptions.ts'

let api: TestApi
let photo: Buffer
const clients: JobSocket[] = []

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi({ FOLLOWERS_PER_ADDRESS: '5', SOCKETS_MAX: '6', FOLLOWERS_PER_TASK: '2' })
})
afterEach(() => {
  for (const client of clients.splice(0)) client.leave()
})
afterAll(() => api.stop())

async function connect(options: Parameters<typeof openJobSocket>[1] = {}, url = api.url): Promise<JobSocket> {
  // Those of the test before may still be closing.
  const client = await until(() => openJobSocket(url, options), { what: 'a place for a socket' })
  clients.push(client)
  return client
}

const newTask = async (): Promise<Task> => (await api.upload(photo)).body as Task
const jobOf = async ({ jobId }: { jobId: string }): Promise<Job> =>
  (await api.request(`/api/jobs/${jobId}`)).body as Job

async function tellInOrder(task: Task, events: readonly TaskEvent[]): Promise<void> {
  for (const event of events) {
    await api.tell(event)
    const isTold = async (): Promise<boolean> => {
      const { body } = await api.request(task.links.events)
      return (body as { items: { seq: number; epoch: number }[] }).items.some(({ seq }) => seq === event.seq)
    }
    await until(isTold, { what: event.eventType })
  }
}

const story = (task: Task) =>
  historyOf(task, [
    { progress: 1, end: 'retry' },
    { progress: 1, end: 'completed' },
  ])

describe('a socket that follows a job', () => {
  it('receives the current state, then every event up to its result [S4.5]', async () => {
    const [task, client] = [await newTask(), await connect()]
    expect(await client.subscribe(task.jobId)).toEqual({ job: await jobOf(task) })
    await tellInOrder(task, story(task))
    const completed = await client.hears('job:completed', task.jobId)
    expect(client.storyOf(task.jobId)).toEqual([
      'pending 0',
      'active 0',
      'active 10',
      'pending 0',
      'active 0',
      'active 10',
      'job:completed',
    ])
    expect(client.heard[2]?.content).toEqual({ jobId: task.jobId, status: 'active', progress: 10, message: 'encode' })
    expect(completed.result).toEqual((await jobOf(task)).result)
  })

  it('hears the same as an event stream', async () => {
    const [task, client] = [await newTask(), await connect()]
    await client.subscribe(task.id)
    const stream = await openEventStream(`${api.url}${task.links.events}`)
    await tellInOrder(task, story(task))
    await Promise.all([client.hears('job:completed', task.jobId), stream.end()])
    expect(client.of(task.jobId)).toHaveLength(stream.heard.length)
  })

  it('may name it by the id of its task, and hears each event once if it names it twice', async () => {
    const [task, client] = [await newTask(), await connect()]
    expect((await client.subscribe(task.id.toUpperCase())).job?.jobId).toBe(task.jobId)
    await client.subscribe(task.jobId)
    await tellInOrder(task, story(task))
    await client.hears('job:completed', task.jobId)
    expect(client.storyOf(task.jobId).filter((name) => name === 'active 10')).toHaveLength(2)
  })

  it('hears the end of one that has ended before', async () => {
    const client = await connect()
    const completed = await endAs(api, await newTask(), 'completed')
    await client.subscribe(completed.jobId)
    expect(await client.hears('job:completed', completed.jobId)).toMatchObject({ result: { processingTime: 70 } })
    const error = { code: 'IMAGE_CORRUPT', message: 'The image is damaged.', retryable: false }
    const failed = newRecord({ status: 'failed', error })
    await new TaskStore(api.database).insert(failed)
    await client.subscribe(failed.jobId)
    expect((await client.hears('job:failed', failed.jobId)).error).toBe(error.message)
    const cancelled = await endAs(api, await newTask(), 'cancelled')
    await client.subscribe(cancelled.jobId)
    expect((await client.hears('job:failed', cancelled.jobId)).error).toBe('The job was cancelled.')
  })

  it('reports that its files have expired, or that it was deleted', async () => {
    const client = await connect()
    const expired = newRecord({ status: 'expired' })
    await new TaskStore(api.database).insert(expired)
    await client.subscribe(expired.jobId)
    expect((await client.hears('job:error', expired.jobId)).code).toBe('TASK_EXPIRED')
    const task = await newTask()
    await client.subscribe(task.jobId)
    await api.request(task.links.self, { method: 'DELETE' })
    expect((await client.hears('job:error', task.jobId)).code).toBe('TASK_NOT_FOUND')
  })

  it('hears nothing after it has unsubscribed', async () => {
    const [task, client] = [await newTask(), await connect()]
    await client.subscribe(task.jobId)
    await client.unsubscribe(task.id)
    await tellInOrder(task, story(task))
    // What was sent before the answer to a later request has arrived by then.
    await client.subscribe((await newTask()).jobId)
    expect(client.storyOf(task.jobId)).toEqual(['pending 0'])
  })

  it.each([['0'.repeat(24), 'TASK_NOT_FOUND'] as const, ['nonsense', 'TASK_NOT_FOUND'] as const])(
    'reports that there is no job %s',
    async (id, code) => {
      const client = await connect()
      expect((await client.subscribe(id)).error?.code).toBe(code)
      expect((await client.hears('job:error', id)).code).toBe(code)
    },
  )

  it.each([7, null, { jobId: 'x' }, '', 'x'.repeat(300)])('may not ask for %j', async (id) => {
    const client = await connect()
    expect((await client.subscribe(id)).error?.code).toBe('INVALID_FIELD')
    expect(client.closed).toEqual([])
  })
})

describe('the limits', () => {
  it('allow a hundred subscriptions a socket, and free the place of each job that has ended', async () => {
    const [client, next] = [await connect(), await newTask()]
    const tasks = Array.from({ length: SUBSCRIPTIONS_PER_SOCKET }, () => newRecord())
    await Promise.all(tasks.map((task) => new TaskStore(api.database).insert(task)))
    await Promise.all(tasks.map(({ jobId }) => client.subscribe(jobId)))
    expect((await client.subscribe(next.jobId)).error?.code).toBe('TOO_MANY_WAITING')
    await api.request(`/api/v1/tasks/${tasks[7]!.id}/cancel`, { method: 'POST' })
    await client.hears('job:failed', tasks[7]!.jobId)
    await until(async () => (await client.subscribe(next.jobId)).job, { what: 'a free place' })
  })

  it('allow some followers a task', async () => {
    const task = await newTask()
    const [first, second, third] = [await connect(), await connect(), await connect()]
    await first.subscribe(task.id)
    await second.subscribe(task.id)
    expect((await third.subscribe(task.id)).error?.code).toBe('TOO_MANY_WAITING')
    first.leave()
    await until(async () => (await third.subscribe(task.id)).job, { what: 'a free place' })
  })

  it('allow some sockets an address, and some in total', async () => {
    const from = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } })
    for (let count = 0; count < 5; count++) await connect(from('203.0.113.1'))
    await expect(openJobSocket(api.url, from('203.0.113.1'))).rejects.toThrow('websocket error')
    await connect(from('203.0.113.2'))
    const answer = await answerTo(handshake({ 'X-Forwarded-For': '203.0.113.3' }))
    expect(answer).toMatch(/^HTTP\/1\.1 429 [^]*\nRetry-After: \d+\r\n[^]*"code":"TOO_MANY_WAITING"/)
  })

  it('end a socket that sends more than 64 KiB at once', async () => {
    const client = await connect({ reconnection: false })
    client.socket.emit('subscribe:job', 'x'.repeat(64 * 1024))
    await until(() => client.closed.length > 0, { what: 'the end of the socket' })
  })

  it('end a socket that sends requests and reads no answers', async () => {
    const client = await connect({ reconnection: false })
    const connection = connectionOf(client)
    connection.pause()
    const send = (): boolean => {
      for (let count = 0; count < 500; count++) client.socket.emit('subscribe:job', 'x'.repeat(200))
      return connection.destroyed
    }
    await until(send, { what: 'the end of the connection', timeoutMs: 25_000, intervalMs: 5 })
  })
})

/** The connection below the WebSocket of a client. */
function connectionOf({ socket }: JobSocket): Connection {
  const { ws } = socket.io.engine.transport as unknown as { ws: { _socket: Connection } }
  return ws._socket
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

function handshake(headers: Record<string, string> = {}, query = 'EIO=4&transport=websocket'): string {
  const all = { Host: 'test', Upgrade: 'websocket', Connection: 'Upgrade', ...headers }
  const lines = Object.entries({ 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Version': '13', ...all })
  return [`GET /socket.io/?${query} HTTP/1.1`, ...lines.map((line) => line.join(': ')), '', ''].join('\r\n')
}

/** The first part of the answer: the OpenAPI document does not describe upgrades. */
async function answerTo(request: string): Promise<string> {
  const connection = await openSocket(api.port)
  connection.write(request)
  const [head] = (await once(connection, 'data')) as [Buffer]
  connection.destroy()
  return head.toString()
}

describe('a handshake', () => {
  it('is accepted without an Origin, or with our own', async () => {
    for (const headers of [{}, { Origin: 'http://test' }] as Record<string, string>[])
      expect(await answerTo(handshake(headers))).toMatch(/^HTTP\/1\.1 101 /)
  })

  it.each([
    ['of a page of another site', { Origin: 'http://other.example' }, undefined, 403, 'CROSS_SITE_REQUEST'],
    ['of a page without an address', { Origin: 'null' }, undefined, 403, 'CROSS_SITE_REQUEST'],
    ['for a name that is not ours', { Host: 'evil.example' }, undefined, 421, 'HOST_NOT_ALLOWED'],
    ['of an old client', {}, 'EIO=3&transport=websocket', 400, 'INVALID_REQUEST'],
    ['that wants to continue long polling', {}, 'EIO=4&transport=websocket&sid=x', 400, 'INVALID_REQUEST'],
    ['that is no WebSocket', { 'Sec-WebSocket-Key': 'x' }, undefined, 400, 'INVALID_REQUEST'],
  ] as const)('%s is refused', async (_what, headers, query, status, code) => {
    const answer = await answerTo(handshake(headers, query))
    expect(answer.split(' ')[1]).toBe(String(status))
    expect(answer).toMatch(new RegExp(`\nContent-Type: application/problem\\+json[^]*"code":"${code}"`))
  })

  it('is accepted from pages of the origins in CORS_ORIGINS', async () => {
    const open = await startTestApi({ CORS_ORIGINS: 'http://shop.example' })
    const client = await connect({ extraHeaders: { origin: 'http://shop.example' } }, open.url)
    expect(client.socket.connected).toBe(true)
    client.leave()
    await open.stop()
  })

  it('by long polling is refused with the way to connect', async () => {
    const { status, body } = await api.request('/socket.io/?EIO=4&transport=polling')
    expect(status).toBe(404)
    expect(problem.parse(body).detail).toContain("transports: ['websocket']")
  })

  it('for anything else is an ordinary request', async () => {
    const connection = await openSocket(api.port)
    connection.write('GET /livez HTTP/1.1\r\nHost: test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n')
    expect((await readAnswer(connection)).status).toBe(200)
    connection.destroy()
  })
})

describe('a shutdown', () => {
  it('closes all sockets, so that their clients connect again, and waits for none that does not answer', async () => {
    const closing = await startTestApi()
    const client = await connect({ reconnection: false }, closing.url)
    const silent = await connect({ reconnection: false }, closing.url)
    connectionOf(silent).pause()
    await closing.stop()
    // After "io server disconnect" a client would stay away.
    await until(() => client.closed[0] === 'transport close', { what: 'the end of the socket' })
  })
})
