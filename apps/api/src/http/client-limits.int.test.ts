import type { Socket } from 'node:net'
import { problem, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openEventStream, type EventStream } from '../../test/event-stream.ts'
import { filePart, multipart } from '../../test/multipart.ts'
import { openSocket, readAnswer } from '../../test/raw-http.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf } from '../../test/task-history.ts'

const LIVEZ = 'GET /livez HTTP/1.1\r\nHost: test\r\n\r\n'

let api: TestApi
let photo: Buffer
const sockets: Socket[] = []
const streams: EventStream[] = []

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi({
    UPLOADS_PER_ADDRESS: '2',
    FOLLOWERS_PER_ADDRESS: '2',
    EVENT_STREAM_LIFE_MS: '1000',
    FOLLOW_RECHECK_MS: '300',
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(streams.splice(0).map((stream) => stream.leave()))
  await until(async () => (await api.temporaryFiles()).length === 0, { what: 'uploads to be over' })
})
afterAll(() => api.stop())

/** A client behind the proxy on this machine, which the API trusts. */
const from = (address: string) => ({ 'x-forwarded-for': address })

const newTask = async (): Promise<Task> => (await api.upload(photo)).body as Task

function expectRefused(answer: Answer, status: number, code: string): void {
  expect([answer.status, problem.parse(answer.body).code]).toEqual([status, code])
  expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
}

describe('uploads', () => {
  async function beginUpload(address: string, to = api): Promise<void> {
    const { body, contentType } = multipart([filePart(photo)])
    const before = (await to.temporaryFiles()).length
    const socket = await openSocket(to.port)
    sockets.push(socket)
    const head = [
      'POST /api/v1/tasks HTTP/1.1',
      'Host: test',
      `Content-Type: ${contentType}`,
      `Content-Length: ${body.length}`,
    ]
    socket.write([...head, `X-Forwarded-For: ${address}`, '', ''].join('\r\n'))
    socket.write(body.subarray(0, 500))
    await until(async () => (await to.temporaryFiles()).length > before, { what: 'an upload that has begun' })
  }
  const upload = (headers: Record<string, string>) => api.post('/api/v1/tasks', [filePart(photo)], headers)

  it('have a limit per address', async () => {
    await beginUpload('203.0.113.1')
    await beginUpload('203.0.113.1')
    expectRefused(await upload(from('203.0.113.1')), 429, 'TOO_MANY_UPLOADS')
    expect((await upload(from('203.0.113.2'))).status).toBe(202)
    sockets.pop()?.destroy()
    await until(async () => (await upload(from('203.0.113.1'))).status === 202, { what: 'a place that is free again' })
  })

  it('have a limit for all addresses together', async () => {
    const small = await startTestApi({ UPLOADS_MAX: '2' })
    const post = () => small.post('/api/v1/tasks', [filePart(photo)], from('203.0.113.3'))
    await beginUpload('203.0.113.1', small)
    await beginUpload('203.0.113.2', small)
    expectRefused(await post(), 503, 'OVERLOADED')
    sockets.pop()?.destroy()
    await until(async () => (await post()).status === 202, { what: 'a place that is free again' })
    sockets.pop()?.destroy()
    await small.stop()
  })

  it('cannot choose their address with a header', async () => {
    await beginUpload('198.51.100.1, 203.0.113.3')
    await beginUpload('198.51.100.2, 203.0.113.3')
    expectRefused(await upload(from('198.51.100.3, 203.0.113.3')), 429, 'TOO_MANY_UPLOADS')
  })

  it('count for the address of their connection if no proxy is trusted', async () => {
    const open = await startTestApi({ UPLOADS_PER_ADDRESS: '0', TRUST_PROXY: 'none' })
    const answer = await open.post('/api/v1/tasks', [filePart(photo)], from('203.0.113.1'))
    expectRefused(answer, 429, 'TOO_MANY_UPLOADS')
    await open.stop()
  })
})

describe('waiting requests', () => {
  it('have a limit per address, separate from streams', async () => {
    const tasks = [await newTask(), await newTask(), await newTask()] as const
    const [first, second, third] = tasks.map(({ links }) => links.self) as [string, string, string]
    const follow = async (self: string, address: string): Promise<EventStream> => {
      const stream = await openEventStream(`${api.url}${self}/events`, from(address))
      streams.push(stream)
      return stream
    }
    await follow(first, '203.0.113.1')
    await follow(second, '203.0.113.1')
    const stream = { headers: { accept: 'text/event-stream', ...from('203.0.113.1') } }
    expectRefused(await api.request(`${third}/events`, stream), 429, 'TOO_MANY_WAITING')
    expect((await follow(third, '203.0.113.2')).status).toBe(200)
    expect((await api.request(`${third}?wait=1`, { headers: from('203.0.113.1') })).status).toBe(200)
  })
})

describe('an event stream', () => {
  it('ends after its time, and a client that reconnects with the last id misses nothing', async () => {
    const task = await newTask()
    const url = `${api.url}${task.links.events}`
    const [started, progress, ended] = historyOf(task, [{ progress: 1, end: 'completed' }])
    const first = await openEventStream(url)
    await api.tell(started!)
    await first.hears('task.processing')
    await first.end()
    await api.tell(progress!)
    await api.tell(ended ?? completedOf(task))
    await until(async () => ((await api.request(task.links.self)).body as Task).status === 'completed', {
      what: 'the end of the task',
    })
    const second = await openEventStream(url, { 'last-event-id': first.ids().at(-1) ?? '' })
    await second.end()
    const log = (await api.request(task.links.events)).body as { items: { type: string }[] }
    expect([...first.types(), ...second.types()]).toEqual(log.items.map(({ type }) => type))
    expect((await openEventStream(url, { 'last-event-id': second.ids().at(-1) ?? '' })).status).toBe(204)
  })
})

describe('connections', () => {
  let strict: TestApi

  beforeAll(async () => {
    strict = await startTestApi({ MAX_CONNECTIONS: '20', TRUST_PROXY: 'none' })
  })
  afterAll(() => strict.stop())

  async function open(localAddress: string): Promise<Socket> {
    const socket = await openSocket(strict.port, { localAddress })
    sockets.push(socket)
    return socket
  }

  // Other systems give loopback one address only.
  it.runIf(process.platform === 'linux')('from one address are limited to half of all', async () => {
    const held = await Promise.all(Array.from({ length: 10 }, () => open('127.0.0.2')))
    const refused = await open('127.0.0.2')
    refused.write(LIVEZ)
    const answer = await readAnswer(refused)
    expect([answer.status, problem.parse(answer.body).code]).toEqual([503, 'TOO_MANY_CONNECTIONS'])
    expect([answer.headers['retry-after'], answer.headers.connection]).toEqual(['5', 'close'])
    const other = await open('127.0.0.3')
    other.write(LIVEZ)
    expect((await readAnswer(other)).status).toBe(200)
    held.pop()?.destroy()
    await until(
      async () => {
        const again = await open('127.0.0.2')
        again.write(LIVEZ)
        return (await readAnswer(again)).status === 200
      },
      { what: 'a place that is free again' },
    )
  })
})
