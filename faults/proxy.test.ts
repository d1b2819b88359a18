import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { until } from '@darkroom/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProxy, type Proxy } from './proxy.ts'

let server: Server
let proxy: Proxy
let arrived: string
const clients: Socket[] = []

/** A server that says back what it hears. */
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
  proxy = await startProxy((server.address() as AddressInfo).port)
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy.close()
  await new Promise((resolve) => server.close(resolve))
})

async function join(): Promise<{ socket: Socket; heard: () => string; isClosed: () => boolean }> {
  const socket = connect(proxy.port, '127.0.0.1')
  clients.push(socket)
  let heard = ''
  let closed = false
  socket.on('error', () => {})
  socket.on('close', () => (closed = true))
  socket.on('data', (chunk) => (heard += chunk.toString()))
  await once(socket, 'connect').catch(() => {}) // refused at once
  return { socket, heard: () => heard, isClosed: () => closed }
}

test('it passes everything on, in order, in both directions', async () => {
  const { socket, heard } = await join()
  for (const word of ['one ', 'two ', 'three']) socket.write(word)
  await until(() => heard() === 'one two three')
  expect(arrived).toBe('one two three')
})

test('cut resets what is open and refuses what comes, until it is healed', async () => {
  const before = await join()
  proxy.cut()
  await until(before.isClosed)
  const during = await join()
  await until(during.isClosed)
  proxy.heal()
  const after = await join()
  after.socket.write('hello')
  await until(() => after.heard() === 'hello')
  expect(after.isClosed()).toBe(false)
})

test('a black hole holds everything back and gives it out when it is healed', async () => {
  const { socket, heard, isClosed } = await join()
  proxy.blackhole()
  socket.write('held')
  const other = await join() // the connection itself is taken
  other.socket.write('!')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([arrived, heard(), isClosed()]).toEqual(['', '', false])
  proxy.heal()
  await until(() => heard() === 'held')
  expect(arrived).toContain('held')
})

test('delay and throttle make it slow and keep the order', async () => {
  const { socket, heard } = await join()
  proxy.delay(60)
  const startedAt = Date.now()
  socket.write('slow ')
  await until(() => arrived === 'slow ')
  proxy.delay(0)
  socket.write('fast')
  await until(() => heard() === 'slow fast')
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(110)

  proxy.throttle(10_000)
  const throttledAt = Date.now()
  socket.write('x'.repeat(1000))
  await until(() => heard().length === 1009)
  expect(Date.now() - throttledAt).toBeGreaterThanOrEqual(180) // 100 ms each way
})

test('a swallowed answer: the request is carried out, and the client never hears of it', async () => {
  const { socket, heard, isClosed } = await join()
  proxy.swallowAnswers(100)
  socket.write('insert')
  await until(isClosed)
  expect([arrived, heard()]).toEqual(['insert', ''])
})

test('a share of the connections is reset', async () => {
  const { isClosed } = await join()
  proxy.resetShare(1)
  await until(isClosed)
  expect(isClosed()).toBe(true)
})
