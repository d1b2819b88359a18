import type { Logger } from '@darkroom/runtime'
import { recordLog, uniqueName, until, startTcpProxy } from '@darkroom/testing'
import { Schema, type Connection } from 'mongoose'
import { expect, inject, it } from 'vitest'
import { testLog } from '../../test/start-test-api.ts'
import { connectMongo, createMongoConnection, watchMongo } from './connect-mongo.ts'

it('reconnects to a MongoDB that fails during setup', async () => {
  const proxy = await startTcpProxy(inject('mongoUrl'))
  const url = new URL(proxy.url)
  url.pathname = `/${uniqueName('connect')}`
  const connection = createMongoConnection()
  const stop = new AbortController()
  const { log, lines } = recordLog<Logger>()
  let first: Connection['db']
  const prepare = async (): Promise<void> => {
    if (!first) await proxy.cut()
    first ??= connection.db
    await connection.db?.command({ ping: 1 })
  }
  const connected = connectMongo({ connection, url: url.href, prepare, log, stop: stop.signal })
  // The first one may only notice the lost connection; the second one finds no server.
  await until(() => lines.length >= 2, { what: 'two failed attempts' })
  await proxy.restore()
  // A command in between brings the first client back before the next attempt.
  await until(() => first?.command({ ping: 1 }), { what: 'the first client to be back' })
  await connected
  await expect(connection.asPromise()).resolves.toBe(connection)
  expect(await connection.db?.command({ ping: 1 })).toMatchObject({ ok: 1 })
  await connection.close()
  await proxy.stop()
})

it('replaces a client whose monitor is silent, with the same collections', async () => {
  const url = new URL(inject('mongoUrl'))
  url.pathname = `/${uniqueName('connect')}`
  const connection = createMongoConnection()
  const { signal: stop } = new AbortController()
  await connectMongo({ connection, url: url.href, prepare: async () => {}, log: testLog, stop })
  const model = connection.model('Thing', new Schema({ name: String }))
  const unwatch = watchMongo({ connection, url: url.href, log: testLog, stop, lookMs: 50, silenceMs: 300 })
  const client = connection.getClient()
  silenceMonitor(client)
  await until(() => connection.getClient() !== client, { what: 'another client' })
  await until(() => model.create({ name: 'kept' }), { what: 'a write' })
  expect(await model.countDocuments()).toBe(1)
  unwatch()
  await connection.dropDatabase()
  await connection.close()
})

/**
 * As if the reply to its `hello` had been lost for good: the driver offers no other way to simulate
 * this.
 */
function silenceMonitor(client: object): void {
  const { servers } = (
    client as { topology: { s: { servers: Map<string, { monitor: { monitorId: { stop: () => void } } }> } } }
  ).topology.s
  for (const { monitor } of servers.values()) monitor.monitorId.stop()
}

it('stops when aborted', async () => {
  const proxy = await startTcpProxy(inject('mongoUrl'))
  await proxy.cut()
  const stop = new AbortController()
  let prepared = false
  const connecting = connectMongo({
    connection: createMongoConnection(),
    url: proxy.url,
    prepare: async () => void (prepared = true),
    log: testLog,
    stop: stop.signal,
  })
  stop.abort()
  await connecting
  expect(prepared).toBe(false)
})
