import { accessSync, constants, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { claimFolder } from './folder-claim.ts'
import { pidFileOf } from './owned-process.ts'
import { killOrphan } from './pid-file.ts'
import type { MongoService, RedisService, ServiceContext } from './service.ts'
import { startMongo } from './start-mongo.ts'
import { startRedis } from './start-redis.ts'

export interface LocalServices {
  redis: RedisService
  mongo: MongoService
  /** Stops what was started here, in order; may be called twice. */
  stop: () => Promise<void>
}

export interface LocalServicesOptions {
  /**
   * Data, logs and pid files are below it. Only one running process per folder: a second one gets
   * an error.
   */
  folder: string
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
 * Finds Redis and MongoDB, or starts them for the lifetime of this process. Never modifies a
 * database that it did not start.
 */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const folder = resolve(options.folder)
  const release = claimFolder(folder)
  try {
    await forgetEarlierRun(folder, options.fresh ?? false)
    return await startBoth(folder, options, release)
  } catch (error) {
    release()
    throw error
  }
}

/** Ends servers that a killed parent left in this folder. */
export async function killOrphansIn(folder: string): Promise<void> {
  for (const name of ['redis', 'mongo']) await killOrphan(pidFileOf(join(folder, name)))
}

async function forgetEarlierRun(folder: string, fresh: boolean): Promise<void> {
  await killOrphansIn(folder)
  for (const name of ['redis', 'mongo']) {
    if (fresh) await rm(join(folder, name), { recursive: true, force: true })
    mkdirSync(join(folder, name), { recursive: true })
  }
}

async function startBoth(folder: string, options: LocalServicesOptions, release: () => void): Promise<LocalServices> {
  const env = options.env ?? process.env
  const shared = {
    env,
    log: options.log,
    fresh: options.fresh ?? false,
    durable: options.durable ?? true,
    cacheFolder: options.cacheFolder ?? writableCacheFolder(env, folder),
  }
  const contextOf = (name: string): ServiceContext => ({ ...shared, folder: join(folder, name) })

  const [redis, mongo] = await Promise.allSettled([startRedis(contextOf('redis')), startMongo(contextOf('mongo'))])
  if (redis.status === 'fulfilled' && mongo.status === 'fulfilled') {
    const services = [redis.value, mongo.value]
    const stop = async () => {
      await Promise.all(services.map((service) => service.stop()))
      release()
    }
    return { redis: redis.value, mongo: mongo.value, stop }
  }
  const failures: string[] = []
  for (const start of [redis, mongo]) {
    if (start.status === 'fulfilled') await start.value.stop()
    else failures.push(start.reason instanceof Error ? start.reason.message : String(start.reason))
  }
  throw new Error(failures.join('\n\n'))
}

/**
 * This user's cache folder, so that a new checkout finds earlier downloads; some users in
 * containers have none.
 */
function writableCacheFolder(env: NodeJS.ProcessEnv, folder: string): string {
  const ofUser = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'darkroom')
  try {
    mkdirSync(ofUser, { recursive: true })
    accessSync(ofUser, constants.W_OK)
    return ofUser
  } catch {
    return join(folder, 'cache')
  }
}
