import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { until } from './until.ts'

let server: Server
let serverUrl: string
let proxy: TcpProxy
let arrived: string
const clients: Socket[] = []

/** An echo server. */
beforeEach(async () => {
  arrived = ''
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      arrived += chunk.toString()
      socket.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  serverUrl = `tcp://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/path?query`
  proxy = await startTcpProxy(serverUrl)
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy.stop()
  await new Promise((resolve) => server.close(resolve))
})

interface Client {
  say: (text: string) => void
  heard: () => string
  isClosed: () => boolean
}

async function join(url = proxy.url): Promise<Client> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  clients.push(socket)
  let heard = ''
  let closed = false
  socket.on('error', () => {})
  socket.on('close', () => (closed = true))
  socket.on('data', (chunk) => (heard += chunk.toString()))
  await once(socket, 'connect').catch(() => {}) // refused
  return { say: (text) => void socket.write(text), heard: () => heard, isClosed: () => closed }
}

/**
 * By then everything that the proxy lets through has arrived: others have received many replies in
 * the meantime.
 */
async function othersAreAnswered(): Promise<void> {
  const other = await join(serverUrl)
  for (let count = 1; count <= 20; count++) {
    other.say('.')
    await until(() => other.heard().length === count)
  }
}

const heardBy = (client: Client, text: string) => until(() => client.heard() === text, { what: text })

test('its URL is that of the server with a different address', () => {
  expect(proxy.url).toMatch(/^tcp:\/\/user:secret@127\.0\.0\.1:\d+\/path\?query$/)
  expect(proxy.url).not.toBe(serverUrl)
})

test('it forwards everything, in order, in both directions', async () => {
  const client = await join()
  for (const word of ['one ', 'two ', 'three']) client.say(word)
  await heardBy(client, 'one two three')
  expect(arrived).toBe('one two three')
})

test('cut resets open connections and refuses new ones, until restored', async () => {
  const before = await join()
  before.say('hello')
  await heardBy(before, 'hello')
  await proxy.cut()
  await until(before.isClosed)
  const during = await join()
  await until(during.isClosed)
  await proxy.restore()
  const after = await join()
  after.say('again')
  await heardBy(after, 'again')
  expect(after.isClosed()).toBe(false)
})

test('freeze: connections stay open, but nothing arrives, until restored', async () => {
  const client = await join()
  proxy.freeze()
  client.say('lost ')
  const other = await join()
  other.say('lost ')
  await othersAreAnswered()
  expect([client.heard(), other.heard(), client.isClosed(), other.isClosed()]).toEqual(['', '', false, false])
  await proxy.restore()
  client.say('kept')
  await heardBy(client, 'kept')
  expect(arrived).not.toContain('lost')
})

test('silence: nothing arrives on open connections, but new ones work', async () => {
  const before = await join()
  before.say('hello')
  await heardBy(before, 'hello')
  proxy.silence()
  before.say('lost')
  const after = await join()
  after.say('new')
  await heardBy(after, 'new')
  await othersAreAnswered()
  expect([arrived.includes('lost'), before.heard(), before.isClosed()]).toEqual([false, 'hello', false])
})

test('dropped replies: requests are executed, but their clients never receive the reply', async () => {
  const client = await join()
  proxy.dropReplies()
  client.say('insert')
  await until(() => arrived === 'insert')
  await othersAreAnswered()
  expect([client.heard(), client.isClosed()]).toEqual(['', false])
  await proxy.cut()
  expect(client.heard()).toBe('')
})

test('lost replies: only the replies to matching requests are lost and their connections reset', async () => {
  const [unlucky, other] = [await join(), await join()]
  proxy.loseRepliesTo('insert', 1)
  unlucky.say('an insert')
  await until(unlucky.isClosed)
  expect([arrived, unlucky.heard(), proxy.lostReplies]).toEqual(['an insert', '', 1])
  other.say('insert')
  await heardBy(other, 'insert')
  expect(proxy.lostReplies).toBe(1)
})

test('delay and throttle slow it down and keep the order', async () => {
  const client = await join()
  proxy.delay(60)
  const startedAt = Date.now()
  client.say('slow ')
  await until(() => arrived === 'slow ')
  proxy.delay(0)
  client.say('fast')
  await heardBy(client, 'slow fast')
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(110)

  proxy.throttle(10_000)
  const throttledAt = Date.now()
  client.say('x'.repeat(1000))
  await until(() => client.heard().length === 1009)
  expect(Date.now() - throttledAt).toBeGreaterThanOrEqual(180) // 100 ms each way

  proxy.throttle(1)
  await proxy.restore()
  client.say('y'.repeat(1000))
  await until(() => client.heard().length === 2009, { what: 'an answer at full speed' })
})

test('a share of the connections is reset', async () => {
  const client = await join()
  proxy.resetShare(1)
  await until(client.isClosed)
  expect(client.isClosed()).toBe(true)
})
