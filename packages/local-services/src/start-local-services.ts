import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { cacheFolderFor } from './cache-folder.ts'
import { claimFolder } from './folder-claim.ts'
import { pidFileOf } from './owned-process.ts'
import { killOrphan } from './pid-file.ts'
import type { LocalService, MongoService, RedisService, S3Service, ServiceContext } from './service.ts'
import { startMongo } from './start-mongo.ts'
import { startRedis } from './start-redis.ts'
import { startS3 } from './start-s3.ts'

const FOLDERS = ['redis', 'mongo', 's3']

export interface LocalServices {
  redis: RedisService
  mongo: MongoService
  /** If asked for. */
  s3?: S3Service
  /** Stops what was started here, in order; may be called twice. */
  stop: () => Promise<void>
}

export interface LocalServicesOptions {
  /**
   * Data, logs and pid files are below it. Only one running process per folder: a second one gets
   * an error.
   */
  folder: string
  /** An S3 server, too. */
  s3?: boolean
  /** Receives one line per choice made. */
  log: (line: string) => void
  /** Discard the data of earlier runs. */
  fresh?: boolean
  env?: NodeJS.ProcessEnv
  /**
   * True by default: see ServiceContext. `false` is for tests and benchmarks whose data is
   * expendable.
   */
  durable?: boolean
  /** Where downloaded programs are kept; by default this user's cache folder. */
  cacheFolder?: string
}

/**
 * Finds Redis, MongoDB and an S3 server, or starts them for the lifetime of this process. Never modifies a
 * database that it did not start.
 */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const folder = resolve(options.folder)
  const release = claimFolder(folder)
  try {
    await forgetEarlierRun(folder, options.fresh ?? false)
    return await startAll(folder, options, release)
  } catch (error) {
    release()
    throw error
  }
}

/** Ends servers that a killed parent left in this folder. */
export async function killOrphansIn(folder: string): Promise<void> {
  for (const name of FOLDERS) await killOrphan(pidFileOf(join(folder, name)))
}

async function forgetEarlierRun(folder: string, fresh: boolean): Promise<void> {
  await killOrphansIn(folder)
  for (const name of FOLDERS) {
    if (fresh) await rm(join(folder, name), { recursive: true, force: true })
    mkdirSync(join(folder, name), { recursive: true })
  }
}

async function startAll(folder: string, options: LocalServicesOptions, release: () => void): Promise<LocalServices> {
  const env = options.env ?? process.env
  const shared = {
    env,
    log: options.log,
    fresh: options.fresh ?? false,
    durable: options.durable ?? true,
    cacheFolder: options.cacheFolder ?? cacheFolderFor(env, folder),
  }
  const contextOf = (name: string): ServiceContext => ({ ...shared, folder: join(folder, name) })

  const starts = await Promise.allSettled([
    startRedis(contextOf('redis')),
    startMongo(contextOf('mongo')),
    options.s3 === true ? startS3(contextOf('s3')) : undefined,
  ])
  const services = starts.flatMap((start): LocalService[] =>
    start.status === 'fulfilled' && start.value !== undefined ? [start.value] : [],
  )
  const stopAll = () => Promise.all(services.map((service) => service.stop()))
  const [redis, mongo, s3] = starts
  if (redis.status === 'fulfilled' && mongo.status === 'fulfilled' && s3.status === 'fulfilled') {
    const stop = () => stopAll().then(release)
    return { redis: redis.value, mongo: mongo.value, ...(s3.value && { s3: s3.value }), stop }
  }
  await stopAll()
  const failures = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason as unknown] : []))
  throw new Error(failures.map((reason) => (reason instanceof Error ? reason.message : String(reason))).join('\n\n'))
}
