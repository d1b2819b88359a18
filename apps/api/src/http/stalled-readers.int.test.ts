import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { until } from '@darkroom/testing'
import { afterEach, expect, it } from 'vitest'
import { openSocket } from '../../test/raw-http.ts'
import { writeEvents } from './event-stream.ts'
import { closeStalledReaders } from './stalled-readers.ts'

const STALL_MS = 500
/** More than the system takes by itself for a client that reads nothing. */
const LARGE_BYTES = 64 * 1024 * 1024

const started: { server: Server; clients: Socket[] }[] = []

afterEach(async () => {
  for (const { server, clients } of started.splice(0)) {
    for (const client of clients) client.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(answer: RequestListener): Promise<{ ask: () => Promise<Socket>; open: () => Promise<number> }> {
  const server = createServer(answer)
  closeStalledReaders(server, STALL_MS)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const clients: Socket[] = []
  started.push({ server, clients })
  return {
    ask: async () => {
      const client = await openSocket((server.address() as AddressInfo).port)
      clients.push(client)
      client.pause()
      client.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
      return client
    },
    open: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
  }
}

it('a client that does not read a large response is disconnected, a slow reader is not', async () => {
  const { ask, open } = await serve((_req, res) => void res.end(Buffer.alloc(LARGE_BYTES)))
  const slow = await ask()
  let read = 0
  slow.on('data', (chunk) => (read += chunk.length))
  slow.pause()
  // Half of the answer in pieces, each sooner than the server loses its patience, all together much
  // later.
  const reading = setInterval(() => {
    slow.resume()
    setImmediate(() => slow.pause())
  }, STALL_MS / 5)
  const stalled = await ask()
  expect(await open()).toBe(2)
  await until(async () => (await open()) === 1, { what: 'one of the two to be cut off' })
  const readBefore = read
  await until(() => read > readBefore + 2 * 1024 * 1024, { what: 'the slow client to read on' })
  clearInterval(reading)
  expect(await open()).toBe(1)
  stalled.destroy()
  slow.resume()
  await until(() => read > LARGE_BYTES, { what: 'the slow client to have it all' })
})

it('sending does not count as reading', async () => {
  const { ask, open } = await serve((_req, res) => void res.end(Buffer.alloc(LARGE_BYTES)))
  const client = await ask()
  const sending = setInterval(() => client.writable && client.write('G'), 50)
  await until(async () => (await open()) === 0, { what: 'the client to be cut off' })
  clearInterval(sending)
})

it('nor do writes: an unread event stream is disconnected despite its heartbeats', async () => {
  async function* endless() {
    for (let id = 0; ; id++) yield { id: String(id), event: 'task.progress', data: 'x'.repeat(1_000_000) }
  }
  const { ask, open } = await serve((_req, res) => void writeEvents(res.writeHead(200), endless(), 50).catch(() => {}))
  await ask()
  await until(async () => (await open()) === 0, { what: 'the stream to be cut off' })
})

it('a client that waits, or has read everything, stays connected', async () => {
  const { ask, open } = await serve((_req, res) => {
    res.write('begun')
    setTimeout(() => res.end('done'), 4 * STALL_MS)
  })
  const client = await ask()
  const received: Buffer[] = []
  client.on('data', (chunk) => received.push(chunk))
  client.resume()
  await until(() => Buffer.concat(received).toString().includes('done'), { what: 'the whole answer' })
  expect(await open()).toBe(1)
})
