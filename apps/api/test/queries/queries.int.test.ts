import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { uniqueName } from '@darkroom/testing'
import type { Connection } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../start-test-api.ts'
import { plansLikeMongo, scannedBy } from './explain.ts'
import { indexFor, type Index } from './index-for.ts'
import { recordCommands, type Asked } from './record-commands.ts'
import { STORE_CALLS, type Call } from './store-calls.ts'

type StoreClass = new (connection: Connection) => Record<string, (...given: never[]) => unknown>

const source = join(import.meta.dirname, '../../src')
const COLLECTIONS = [
  ...['tasks', 'batches', 'readings', 'rosters', 'keys', 'signins', 'uploadtokens', 'uploads'],
  ...['webhooks', 'deliveries', 'usage', 'minutes', 'audit'],
]
const PREPARED = [
  ...['TaskStore', 'BatchStore', 'ReadingStore', 'RosterStore', 'KeyStore', 'SignInStore', 'UploadTokenStore'],
  ...['StagedUploadStore', 'WebhookStore', 'DeliveryStore', 'UsageStore', 'MinuteStore', 'AuditStore'],
]

let database: Awaited<ReturnType<typeof openDatabase>>
let stores: Map<string, StoreClass>
let asked: Asked[]
let hasPlans: boolean
const indexes = new Map<string, Index[]>()

beforeAll(async () => {
  database = await openDatabase(uniqueName('queries'), { monitorCommands: true })
  stores = await storesOf(source)
  for (const name of PREPARED) await (storeOf(name).prepare as () => Promise<void>)()
  for (const name of COLLECTIONS) indexes.set(name, (await database.connection.collection(name).indexes()) as never)
  hasPlans = await plansLikeMongo(database.connection)
  asked = recordCommands(database.connection)
})
afterAll(() => database.drop())

async function storesOf(folder: string): Promise<Map<string, StoreClass>> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('-store.ts'))
  const modules = await Promise.all(files.map((file) => import(join(folder, file)) as Promise<Record<string, unknown>>))
  const classes = modules.flatMap((module) => Object.entries(module).filter(([name]) => name.endsWith('Store')))
  return new Map(classes as [string, StoreClass][])
}

const methodsOf = (store: StoreClass): string[] =>
  Object.getOwnPropertyNames(store.prototype).filter((name) => name !== 'constructor')

function storeOf(name: string): InstanceType<StoreClass> {
  const Store = stores.get(name)
  if (!Store) throw new Error(`There is no ${name}`)
  return new Store(database.connection)
}

const callsOf = (calls: Call<unknown>['run'] | Call<unknown> | readonly Call<unknown>[]): readonly Call<unknown>[] =>
  typeof calls === 'function' ? [{ run: calls }] : 'run' in calls ? [calls] : calls

/** What is wrong with each command of a call. */
async function faultsOf(name: string, method: string, { run, sifts = [], readsAll }: Call<unknown>): Promise<string[]> {
  asked.length = 0
  await run(storeOf(name))
  const faults: string[] = []
  for (const each of [...asked]) {
    const say = (fault: string): number =>
      faults.push(
        `${name}.${method}: ${each.command} ${inspect(each.filter, { depth: 5, breakLength: Number.POSITIVE_INFINITY })}: ${fault}`,
      )
    if (each.isRead && !(Number(each.maxTimeMS) > 0))
      say('has no maxTimeMS: read through a mongoose model, whose connection sets it')
    const use = indexFor({ ...each, sifts }, indexes.get(each.collection) ?? [ID_INDEX])
    use.faults.forEach(say)
    if (!each.isLimited && !use.few && readsAll === undefined)
      say('has no limit: it costs more with every document that matches')
    if (hasPlans) (await scannedBy(database.connection, each, use.few)).forEach(say)
  }
  return faults
}

const ID_INDEX: Index = { name: '_id_', key: { _id: 1 } }

it('every method of every store is called here', () => {
  const methods = [...stores].flatMap(([name, store]) => methodsOf(store).map((method) => `${name}.${method}`))
  const called = Object.entries(STORE_CALLS).flatMap(([name, calls]) =>
    Object.keys(calls).map((method) => `${name}.${method}`),
  )
  expect(called.toSorted()).toEqual(methods.toSorted())
})

it.each(
  Object.entries(STORE_CALLS).flatMap(([name, calls]) => Object.keys(calls).map((method) => [name, method] as const)),
)('%s.%s is served by an index and has a limit of documents and time', async (name, method) => {
  const faults: string[] = []
  for (const call of callsOf(STORE_CALLS[name]?.[method] ?? [])) faults.push(...(await faultsOf(name, method, call)))
  expect(faults).toEqual([])
})

describe('the check finds', () => {
  const partial: Index = {
    name: 'p',
    key: { tenant: 1, batchId: 1, createdAt: -1 },
    partialFilterExpression: { batchId: { $type: 'string' } },
  }
  const plain: Index = { name: 'i', key: { tenant: 1, createdAt: -1, _id: -1 } }
  const given = { tenant: 't', batchId: { $eq: 'b', $type: 'string' } }
  it.each([
    [
      'a partial index whose condition is not said',
      { filter: { tenant: 't', batchId: 'b' } },
      [partial],
      /\$type: 'string'/,
    ],
    ['a filter that begins elsewhere', { filter: { createdAt: { $lt: 1 } } }, [plain], /begins i/],
    ['a field that no index has', { filter: { tenant: 't', kind: 'k' } }, [plain], /sifted by kind/],
    [
      'branches without a bound',
      { filter: { tenant: 't', $or: [{ createdAt: { $lt: 1 } }] } },
      [plain],
      /sifted by createdAt/,
    ],
    ['branches of which one has no index', { filter: { $or: [{ tenant: 't' }, { kind: 'k' }] } }, [plain], /begins i/],
    ['a sort of its own', { filter: { tenant: 't' }, sort: { _id: -1 } }, [plain], /order of the sort/],
    [
      'a sort half forwards, half backwards',
      { filter: { tenant: 't' }, sort: { createdAt: -1, _id: 1 } },
      [plain],
      /order of the sort/,
    ],
  ])('%s', (_what, question, list, fault) => expect(indexFor(question, list).faults.join()).toMatch(fault))

  it.each([
    [
      'branches that have an index each',
      { filter: { $or: [{ tenant: 't' }, { createdAt: { $lt: 1 } }], kind: 'k' }, sifts: ['kind'] },
      [plain, { name: 'j', key: { createdAt: 1 } }],
      'i, j',
    ],
    ['a partial index whose condition is said', { filter: given, sort: { createdAt: -1 } }, [plain, partial], 'p'],
    [
      'a range after the equality, backwards',
      { filter: { tenant: 't', createdAt: { $lt: 1 } }, sort: { createdAt: 1, _id: 1 } },
      [plain],
      'i',
    ],
  ])('no fault in %s', (_what, question, list, index) =>
    expect(indexFor(question, list)).toMatchObject({ index, faults: [] }),
  )
})
