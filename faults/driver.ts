// The environment of one scenario: its own stores behind proxies, the product's processes under a
// supervisor, a client and a record.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startLocalServices, type LocalServices } from '@darkroom/local-services'
import { startTcpProxy, until, type TcpProxy } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { MongoClient, type Db } from 'mongodb'
import { openBucket, type FaultyBucket } from './faulty-bucket.ts'
import { createClient, type Client, type ClientOptions } from './client.ts'
import { createFollowers, type Followers } from './follow.ts'
import type { History } from './history.ts'
import { launchProduct } from './launched-product.ts'
import { seededRandom } from './random.ts'
import type { Scenario } from './scenario.ts'
import { mountSmallDisk } from './small-disk.ts'
import { SupervisedProcess } from './supervised-process.ts'
import { copyTree, type Patch } from './tree.ts'

export interface Rig {
  folder: string
  dataDir: string
  flags: string
  long: boolean
  /** Measure plain libraries for comparison, however long that takes. */
  compare: boolean
  random: () => number
  history: History
  services: LocalServices
  redisProxy: TcpProxy
  mongoProxy: TcpProxy
  /** If files are in a bucket. */
  bucket: FaultyBucket | undefined
  /** The folders that hold files: the data folder, and that of the bucket. */
  fileFolders: string[]
  /** Directly to the stores, bypassing the proxies. */
  redis: Redis
  db: Db
  apis: SupervisedProcess[]
  workers: SupervisedProcess[]
  apiUrls: string[]
  client: Client
  followers: Followers
  newClient: (
    options?: Partial<Pick<ClientOptions, 'patienceMs' | 'answerMs' | 'heedsRetryAfter'>> & { urls?: string[] },
  ) => Client
  /** Records a fault at the moment it is injected. */
  fault: (fault: string, target: string, detail?: string) => void
  /** Records one of the scenario's own pass conditions. */
  check: (name: string, ok: boolean, detail: string) => void
  allReady: () => Promise<void>
  close: () => Promise<void>
}

export interface RigOptions {
  scenario: Scenario
  folder: string
  history: History
  seed: number
  long: boolean
  compare?: boolean
  mutation?: readonly Patch[]
}

const DATABASE = 'darkroom'
/** The scenarios pause queues. */
export const ADMIN_TOKEN = 'the-operator-of-the-faults'
/**
 * The removal of orphans must be observable within a scenario; by default they are only removed
 * after ten minutes.
 */
const JANITOR = { ORPHAN_AGE_MS: '10000', JANITOR_INTERVAL_MS: '4000' }
const READY_MS = 60_000

export async function startRig({
  scenario,
  folder,
  history,
  seed,
  long,
  compare = false,
  mutation = [],
}: RigOptions): Promise<Rig> {
  const [tree, flags, dataDir] = ['tree', 'flags', 'data'].map((name) => join(folder, name)) as [string, string, string]
  for (const made of [flags, dataDir]) mkdirSync(made, { recursive: true })
  const unmount = scenario.diskBytes === undefined ? () => {} : mountSmallDisk(dataDir, scenario.diskBytes)
  await copyTree(tree, [...(scenario.patches?.(flags) ?? []), ...mutation])
  // Never a server from the environment: this suite kills its servers.
  const { REDIS_URL: _redis, MONGODB_URL: _mongo, S3_ENDPOINT: _s3, ...env } = process.env
  // Free now; a process keeps its port across restarts, so that clients find it again.
  const ports = await Promise.all(Array.from({ length: scenario.throughStart ? 1 : (scenario.apis ?? 2) }, freePort))
  const shutdown = { SHUTDOWN_TIMEOUT_MS: '7000', SHUTDOWN_DELAY_MS: '0' }
  const common = { DATA_DIR: dataDir, LOG_LEVEL: 'debug', ADMIN_TOKEN, ...shutdown }
  const services = scenario.throughStart
    ? await launchProduct({
        tree,
        folder,
        history,
        env: { ...common, ...JANITOR, HOST: '127.0.0.1', PORT: String(ports[0]) },
      })
    : await startLocalServices({
        folder: join(folder, 'stores'),
        fresh: true,
        env,
        log: () => {},
        s3: scenario.inBucket === true,
      })
  const bucket = services.s3 && (await openBucket(services.s3, join(folder, 'stores')))
  const random = seededRandom(seed)
  const redisProxy = await startTcpProxy(services.redis.url, random)
  const mongoProxy = await startTcpProxy(services.mongo.url, random)
  const redis = new Redis(services.redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 100 })
  redis.on('error', () => {})
  const mongo = new MongoClient(services.mongo.url, { serverSelectionTimeoutMS: 20_000 })

  const stores = {
    REDIS_URL: redisProxy.url,
    MONGODB_URL: `mongodb://${new URL(mongoProxy.url).host}/${DATABASE}?retryWrites=false`,
    ...bucket?.settings,
    ...common,
  }
  const supervised = (name: string, app: string, appEnv: NodeJS.ProcessEnv): SupervisedProcess =>
    new SupervisedProcess({
      ...{ name, tree, app },
      env: { ...appEnv, ...scenario.envOf?.(name, folder) },
      folder,
      history,
    })
  const apis = (scenario.throughStart ? [] : ports).map((port, index) => {
    const apiEnv = { ...stores, ...JANITOR, HOST: '127.0.0.1', PORT: String(port), ...scenario.apiEnv }
    return supervised(`api-${index + 1}`, 'apps/api', apiEnv)
  })
  const workers = Array.from({ length: scenario.throughStart ? 0 : (scenario.workers ?? 3) }, (_, index) => {
    const name = `worker-${index + 1}`
    const workerEnv = { ...stores, WORKER_CONCURRENCY: '2', WORKER_ID: name, ...scenario.workerEnv }
    return supervised(name, 'apps/image-worker', workerEnv)
  })
  const everyone = [...apis, ...workers]
  const apiUrls = ports.map((port) => `http://127.0.0.1:${port}`)
  const newClient: Rig['newClient'] = (options = {}) =>
    createClient({ history, random, ...options, urls: () => options.urls ?? apiUrls })

  const rig: Rig = {
    ...{
      folder,
      dataDir,
      flags,
      long,
      compare,
      random,
      history,
      services,
      redisProxy,
      mongoProxy,
      bucket,
      fileFolders: [dataDir, ...(bucket ? [bucket.folder] : [])],
      redis,
      apis,
      workers,
      apiUrls,
      newClient,
    },
    db: scenario.throughStart ? mongo.db() : mongo.db(DATABASE),
    client: newClient(),
    followers: createFollowers({ history, random, urls: () => apiUrls }),
    fault: (fault, target, detail) =>
      history.add('nemesis', { op: 'fault', args: { fault, target, ...(detail !== undefined && { detail }) } }),
    check: (name, ok, detail) =>
      history.add('driver', { op: 'check', outcome: ok ? 'ok' : 'fail', args: { name, detail } }),
    allReady: async () => {
      await until(() => everyone.every((one) => one.isReady), {
        timeoutMs: READY_MS,
        what: 'all processes to be ready',
      })
      for (const url of apiUrls)
        await until(() => isOk(`${url}/readyz`), { timeoutMs: READY_MS, what: `${url} to take requests` })
    },
    close: async () => {
      await Promise.all(everyone.map((one) => one.stop()))
      redis.disconnect()
      await mongo.close().catch(() => {})
      await Promise.all([redisProxy.stop(), mongoProxy.stop(), bucket?.front.stop()])
      await services.stop()
      unmount()
    },
  }
  for (const one of everyone) one.start()
  try {
    await rig.allReady()
    return rig
  } catch (error) {
    await rig.close()
    throw error
  }
}

async function isOk(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
}
