import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'

const ANSWER_LIMIT_MS = 2000

/** Resolves when a Redis answers PING on this port; rejects while it is still loading its data. */
export async function askRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: ANSWER_LIMIT_MS,
    commandTimeout: ANSWER_LIMIT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  redis.on('error', () => {}) // the rejected promise reports it
  try {
    await redis.connect()
    await redis.ping()
  } finally {
    redis.disconnect()
  }
}

/** Resolves when a MongoDB answers `hello` on this port. */
export async function askMongo(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: ANSWER_LIMIT_MS, connectTimeoutMS: ANSWER_LIMIT_MS })
  try {
    await client.db('admin').command({ hello: 1 })
  } finally {
    await client.close()
  }
}

/** Resolves when something answers HTTP requests on this port, be it that it must know who asks. */
export async function askS3(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
  await response.body?.cancel()
  if (response.status >= 500) throw new Error(`The S3 server answers with status ${response.status}`)
}
