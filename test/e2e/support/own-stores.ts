import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalServices } from '@darkroom/local-services'
import type { Stores } from './installation.ts'

export interface OwnStore {
  /** Kills it, like a crash. */
  kill: () => Promise<void>
  /** On the same port with the same data. */
  restart: () => Promise<void>
}

export interface OwnStores extends Stores {
  redis: OwnStore
  mongo: OwnStore
  stop: () => Promise<void>
}

/**
 * A Redis and a MongoDB for one test file, which may kill them. Servers in the environment are not
 * touched.
 */
export async function startOwnStores(): Promise<OwnStores> {
  const folder = await mkdtemp(join(tmpdir(), 'e2e-stores-'))
  const env = { ...process.env, REDIS_URL: undefined, MONGODB_URL: undefined }
  const { redis, mongo, stop } = await startLocalServices({ folder, fresh: true, log: () => {}, env })
  return {
    redisUrl: redis.url,
    mongoUrl: mongo.url,
    redis: ours(redis),
    mongo: ours(mongo),
    stop: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function ours({
  kill,
  restart,
  description,
}: {
  kill?: () => Promise<void>
  restart?: () => Promise<void>
  description: string
}): OwnStore {
  if (!kill || !restart) throw new Error(`This test must be able to kill its store, but cannot: ${description}`)
  return { kill: () => kill(), restart }
}
