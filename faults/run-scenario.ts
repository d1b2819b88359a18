import { mkdirSync, readdirSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@darkroom/testing'
import { startRig, type Rig, type RigOptions } from './driver.ts'
import { findDocuments, findFiles, readEverything } from './final-reads.ts'
import { History, only } from './history.ts'
import { FILES_ROOM, isTemporary } from './invariants.ts'
import { judge, type Verdict } from './judge.ts'
import type { Scenario } from './scenario.ts'
import type { Patch } from './tree.ts'

export interface RunOptions {
  folder: string
  seed: number
  long: boolean
  compare?: boolean
  tasks?: number | undefined
  mutation?: { name: string; patches: readonly Patch[] }
}

const REST_MS = 60_000
/**
 * Time for followers to receive all events: a feed that missed a change checks again within
 * seconds.
 */
const LISTEN_MS = 15_000
const IDLE_OUT_MS = 8000
const FINAL = new Set(['completed', 'failed', 'cancelled', 'expired'])

/**
 * Runs one scenario from fresh stores to the verdict. Never throws: errors are part of the record.
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Verdict> {
  const folder = join(
    options.folder,
    options.mutation ? `${scenario.name}-without-${options.mutation.name}` : scenario.name,
  )
  mkdirSync(folder, { recursive: true })
  const history = new History(join(folder, 'history.ndjson'))
  const tasks = options.tasks ?? (options.long ? scenario.tasks.long : scenario.tasks.quick)
  try {
    await live(scenario, tasks, { ...options, folder, history, scenario })
  } catch (error) {
    noteError(history, error)
  }
  await history.close()
  const verdict = judge(history.entries, history.file)
  for (const name of ['tree', 'stores', 'data']) await rm(join(folder, name), { recursive: true, force: true })
  return verdict
}

type LifeOptions = Omit<RigOptions, 'mutation'> & Pick<RunOptions, 'mutation'>

async function live(scenario: Scenario, tasks: number, { mutation, ...options }: LifeOptions): Promise<void> {
  const rig = await startRig({ ...options, ...(mutation && { mutation: mutation.patches }) })
  const { history } = rig
  const { name, title } = scenario
  const { redis, mongo } = rig.services
  const about = { name, title, seed: options.seed, tasks, mutation: mutation?.name ?? null }
  history.add('driver', { op: 'scenario', args: { ...about, redis: redis.description, mongo: mongo.description } })
  try {
    await noteUsage(rig, 'start')
    // An aborted scenario is judged all the same: its findings so far may explain why.
    await scenario.run(rig, tasks).catch((error: unknown) => noteError(history, error))
    await comeToRest(rig, scenario.restMs ?? REST_MS)
    await rig.followers.settle(LISTEN_MS)
    await connectionsIdleOut(rig)
    await noteUsage(rig, 'end')
    await readEverything(rig)
  } finally {
    await rig.close()
  }
}

function noteError(history: History, error: unknown): void {
  history.add('driver', {
    op: 'error',
    args: { message: error instanceof Error ? (error.stack ?? error.message) : String(error) },
  })
}

/**
 * All faults are over: waits until every accepted task has ended and nothing is left over from
 * crashes.
 */
async function comeToRest(rig: Rig, limitMs: number): Promise<void> {
  const startedAt = Date.now()
  await rig.redisProxy.restore()
  await rig.mongoProxy.restore()
  rig.bucket?.front.restore()
  let waitingFor: string[] = ['everything']
  const rested = await until(
    async () => {
      await rig.allReady()
      waitingFor = [...(await unfinished(rig)), ...(await litter(rig))]
      return waitingFor.length === 0
    },
    { timeoutMs: limitMs, intervalMs: 250, what: 'rest' },
  ).catch(() => false)
  const ms = Date.now() - startedAt
  rig.history.add('driver', {
    op: 'rest',
    outcome: rested ? 'ok' : 'fail',
    ms,
    args: { waitingFor: waitingFor.slice(0, 20) },
  })
}

async function unfinished(rig: Rig): Promise<string[]> {
  const documents = await findDocuments(rig)
  return documents.filter(({ status }) => !FINAL.has(status)).map(({ id, status }) => `task ${id} ${status}`)
}

/** The product removes these by itself, once they are old enough. */
async function litter(rig: Rig): Promise<string[]> {
  const ids = new Set((await findDocuments(rig)).map(({ id }) => id))
  const files = await findFiles(rig)
  return files.filter(({ key }) => isTemporary(key, Infinity) || isOrphan(key, ids)).map(({ key }) => `file ${key}`)
}

const isOrphan = (key: string, ids: ReadonlySet<string>): boolean => {
  const id = /storage\/images\/([0-9a-f]{24})\//.exec(key)?.[1]
  return id !== undefined && !ids.has(id)
}

/** The server closes idle keep-alive connections after 5 s, so these are not a leak. */
async function connectionsIdleOut({ apis, history }: Rig): Promise<void> {
  const atFirst = new Map(only(history.entries, 'usage').map(({ args }) => [args.pid, args.openFiles]))
  const back = (pid = 0): boolean => countOpenFiles(pid) <= (atFirst.get(pid) ?? Infinity) + FILES_ROOM
  await until(() => apis.every(({ pid }) => back(pid)), {
    timeoutMs: IDLE_OUT_MS,
    what: 'connections to be closed',
  }).catch(() => {})
}

async function noteUsage({ apis, workers, history }: Rig, when: 'start' | 'end'): Promise<void> {
  for (const { name, pid } of [...apis, ...workers]) {
    if (pid === undefined) continue
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const rssBytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
    history.add(name, { op: 'usage', args: { when, pid, rssBytes, openFiles: countOpenFiles(pid) } })
  }
}

function countOpenFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0 // no /proc on this system
  }
}
