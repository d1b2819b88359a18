import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { toStoredFile, type Variant } from '@darkroom/contracts'
import { uniqueName } from '@darkroom/testing'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { openDatabase, testLog } from '../../../test/start-test-api.ts'
import { newRecord, testViews } from '../../../test/task-history.ts'
import { TaskStore } from '../../tasks/task-store.ts'
import { toObjectId } from '../../tasks/task-model.ts'
import { MigrationStore } from './migration-store.ts'
import { MIGRATIONS } from './migrations.ts'
import { runMigrations } from './run-migrations.ts'

const images: Variant[] = [
  { resolution: '1024', width: 1024, height: 768, format: 'jpeg', size: 12, md5: 'a', path: 'output/a/1024/a.jpg' },
  { resolution: '800', width: 800, height: 600, format: 'jpeg', size: 11, md5: 'b', path: 'output/a/800/b.jpg' },
]

let name: string
let database: Awaited<ReturnType<typeof openDatabase>>

beforeEach(async () => {
  name = uniqueName('migrations')
  database = await openDatabase(name)
})
afterEach(() => database.drop())

const tasks = () => database.connection.collection('tasks')
const store = () => new TaskStore(database.connection)
const migrate = () =>
  runMigrations({
    store: new MigrationStore(database.connection),
    migrations: MIGRATIONS,
    log: testLog,
    stop: new AbortController().signal,
  })

/** A task as release 0.1 stored it. */
async function insertOld(given: Parameters<typeof newRecord>[0], variants: readonly Variant[]) {
  const { id, files: _files, result: _result, ...record } = newRecord(given)
  await tasks().insertOne({ _id: toObjectId(id), ...record, images: [...variants] })
  return { id, tenant: record.tenant }
}

/** `npm run migrate` without its script, which only looks for the database. */
async function runProgram(...args: string[]): Promise<string> {
  const url = new URL(inject('mongoUrl'))
  url.pathname = `/${name}`
  const program = join(import.meta.dirname, '../../migrate.ts')
  const child = spawn(process.execPath, ['--conditions=source', program, ...args], {
    env: { ...process.env, MONGODB_URL: url.href, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return text(child.stdout)
}

it('their ids are in order and unique', () => {
  const ids = MIGRATIONS.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)].toSorted())
  for (const id of ids) expect(id).toMatch(/^\d{4}-[a-z-]+$/)
})

it('tasks of release 0.1 are shown the same before and after, and have files [S2.13]', async () => {
  const completed = await insertOld({ status: 'completed' }, images)
  const pending = await insertOld({ status: 'pending' }, [])
  const show = async () => {
    const found = await Promise.all([completed, pending].map(({ tenant, id }) => store().find(tenant, id)))
    return found.map((task) => task && testViews.task(task))
  }
  const before = await show()
  await migrate()
  expect(await show()).toEqual(before)
  const stored = await Promise.all([completed, pending].map(({ id }) => tasks().findOne({ _id: toObjectId(id) })))
  expect(stored).toMatchObject([
    { files: images.map(toStoredFile), result: {}, images },
    { files: [], result: {}, images: [] },
  ])
})

it('tasks of this release are left as they are', async () => {
  const record = newRecord({ files: images.map(toStoredFile), result: { words: 3 } })
  await store().insert(record)
  const before = await tasks().findOne({})
  await migrate()
  expect(await tasks().findOne({})).toEqual(before)
})

it('npm run migrate -- --dry-run shows what would change, and changes nothing [S2.13]', async () => {
  await insertOld({ status: 'completed' }, images)
  await store().insert(newRecord())
  const before = await tasks().find().toArray()
  expect(await runProgram('--dry-run')).toContain('0001-task-files: would change 1 of 2 documents in tasks\n')
  expect(await tasks().find().toArray()).toEqual(before)
  expect((await database.connection.listCollections()).map((collection) => collection.name)).toEqual(['tasks'])

  expect(await runProgram()).toBe('All migrations are done.\n')
  expect(await tasks().countDocuments({ files: { $exists: false } })).toBe(0)
  expect(await runProgram('--dry-run')).toMatch(/^0001-task-files: done since .*: changed 1 of 2 documents\n/)
})
