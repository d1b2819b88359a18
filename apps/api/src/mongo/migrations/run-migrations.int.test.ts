import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Logger } from '@darkroom/runtime'
import { recordLog, startTcpProxy, uniqueName, until } from '@darkroom/testing'
import { afterEach, beforeEach, expect, inject, it, onTestFinished } from 'vitest'
import { countedChange } from '../../../test/counted-change.ts'
import { openDatabase } from '../../../test/start-test-api.ts'
import { createMongoConnection } from '../connect-mongo.ts'
import { MigrationStore } from './migration-store.ts'
import type { Migration } from './migration.ts'
import { previewMigrations } from './preview-migrations.ts'
import { runMigrations, type RunOptions } from './run-migrations.ts'

type Database = Awaited<ReturnType<typeof openDatabase>>

const OLD = 200
const NEW = 20

let name: string
let database: Database
let store: MigrationStore

beforeEach(async () => {
  name = uniqueName('migrations')
  database = await openDatabase(name)
  store = new MigrationStore(database.connection)
  const old = Array.from({ length: OLD }, (_, n) => ({ _id: n as never, width: n }))
  const current = Array.from({ length: NEW }, (_, n) => ({ _id: (OLD + n) as never, width: n, size: 7 }))
  await things().insertMany([...old, ...current])
})
afterEach(() => database.drop())

const things = () => database.connection.collection('things')
const stateOf = async (id = countedChange.id) => (await store.states([id]))[0]
const done = { state: 'done', owner: null, checked: OLD + NEW, total: OLD + NEW, finishedAt: expect.any(Date) as Date }

function run(given: Partial<RunOptions> = {}) {
  const stopping = new AbortController()
  const { log, lines } = recordLog<Logger>()
  const finished = runMigrations({
    store,
    migrations: [countedChange],
    log,
    stop: stopping.signal,
    batchSize: 10,
    leaseMs: 60_000,
    lookMs: 20,
    ...given,
  })
  const said = (): string[] => lines.map(({ message }) => message)
  return { finished, said, stop: () => stopping.abort() }
}

async function stoppedHalfWay() {
  const one = run({
    onProgress: ({ checked }) => {
      if (checked >= OLD / 2) one.stop()
    },
  })
  await one.finished
  return one
}

/** Every old document was changed exactly once, and no other. */
async function expectMigrated(): Promise<void> {
  const all = await things().find().sort({ _id: 1 }).toArray()
  const expected = [
    ...Array.from({ length: OLD }, (_, n) => ({ _id: n, width: n, size: 2 * n, times: 1 })),
    ...Array.from({ length: NEW }, (_, n) => ({ _id: OLD + n, width: n, size: 7 })),
  ]
  expect(all).toEqual(expected)
}

it('ten processes at once run it once, and each waits until it is done [S2.13]', async () => {
  const databases = await Promise.all(Array.from({ length: 10 }, () => openDatabase(name)))
  onTestFinished(async () => void (await Promise.all(databases.map(({ connection }) => connection.close()))))
  const runs = databases.map(({ connection }) => run({ store: new MigrationStore(connection) }))
  await Promise.all(runs.map(({ finished }) => finished))

  await expectMigrated()
  expect(await stateOf()).toMatchObject({ ...done, changed: OLD })
  expect(runs.flatMap(({ said }) => said()).toSorted()).toEqual(['migration finished', 'migration started'])
})

it('a second run changes nothing, also of documents written since [S2.13]', async () => {
  await run().finished
  await things().insertOne({ _id: 1000 as never, width: 1 })
  const again = run()
  await again.finished
  expect(again.said()).toEqual([])
  expect(await things().findOne({ _id: 1000 as never })).toEqual({ _id: 1000, width: 1 })
})

it('after kill -9 half-way another process goes on from there [S2.13]', async () => {
  const url = new URL(inject('mongoUrl'))
  url.pathname = `/${name}`
  const program = join(import.meta.dirname, '../../../test/migrating-process.ts')
  const child = spawn(process.execPath, ['--conditions=source', program, url.href], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const begun = await until(async () => ((await stateOf())?.checked ?? 0) > 0 && stateOf(), {
    what: 'the first batches',
    timeoutMs: 20_000,
    intervalMs: 1,
  })
  child.kill('SIGKILL')
  expect(await exited).toEqual([null, 'SIGKILL'])
  const left = await stateOf()
  expect(left).toMatchObject({ state: 'running', owner: begun?.owner })
  expect(left?.checked).toBeLessThan(OLD)

  const other = run({ leaseMs: 300 })
  await other.finished
  await expectMigrated()
  expect(await stateOf()).toMatchObject(done)
  expect(other.said()).toEqual(['migration resumed', 'migration finished'])
})

it('a process that is stopped lets another one go on immediately', async () => {
  const first = await stoppedHalfWay()
  expect(first.said()).toEqual(['migration started'])
  expect(await stateOf()).toMatchObject({ state: 'running', owner: null })
  const second = run()
  await second.finished
  expect(second.said()).toEqual(['migration resumed', 'migration finished'])
  await expectMigrated()
})

it('a process that was frozen finds that another one has taken over', async () => {
  await stoppedHalfWay()
  const { beat = 0 } = (await stateOf()) ?? {}
  expect(await store.takeOver(countedChange.id, 'frozen', beat)).not.toBeNull()
  await run({ leaseMs: 50 }).finished

  const late = { position: 60, checked: 5, changed: 5 }
  expect(await store.record(countedChange.id, 'frozen', late)).toBeNull()
  expect(await store.finish(countedChange.id, 'frozen')).toBeNull()
  await store.release(countedChange.id, 'frozen')
  expect(await stateOf()).toMatchObject(done)
  await expectMigrated()
})

it('while MongoDB is unreachable it keeps trying, and then goes on', async () => {
  const proxy = await startTcpProxy(inject('mongoUrl'))
  const connection = createMongoConnection()
  onTestFinished(async () => {
    await connection.close()
    await proxy.stop()
  })
  const url = new URL(proxy.url)
  url.pathname = `/${name}`
  await connection.openUri(url.href, { serverSelectionTimeoutMS: 200, directConnection: true })
  let isCut = false
  const cut = run({
    store: new MigrationStore(connection),
    onProgress: ({ checked }) => {
      if (checked < OLD / 2 || isCut) return
      isCut = true
      void proxy.cut()
    },
  })
  await until(() => cut.said().includes('migration failed; trying again'), { what: 'a failure' })
  await proxy.restore()
  await cut.finished
  await expectMigrated()
  expect(cut.said().at(-1)).toBe('migration finished')
})

it('they run in order', async () => {
  const next: Migration = {
    ...countedChange,
    id: '0002-next',
    outdated: { size: { $exists: true }, next: { $exists: false } },
    up: [{ $set: { next: '$size' } }],
  }
  await run({ migrations: [countedChange, next] }).finished
  expect(await things().countDocuments({ next: { $exists: true } })).toBe(OLD + NEW)
})

it('a preview counts what would change, and changes nothing [S2.13]', async () => {
  const before = await things().find().toArray()
  expect(await previewMigrations(store, [countedChange])).toEqual([
    { migration: countedChange, state: undefined, outdated: OLD, checked: OLD + NEW },
  ])
  expect(await things().find().toArray()).toEqual(before)
  expect(await database.connection.listCollections()).toHaveLength(1)

  await run().finished
  expect(await previewMigrations(store, [countedChange])).toMatchObject([{ state: { state: 'done' }, outdated: 0 }])
})
