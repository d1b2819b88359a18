import { setTimeout as delay } from 'node:timers/promises'
import { inTime, type Logger } from '@darkroom/runtime'
import mongoose, { type Connection } from 'mongoose'

const RETRY_MS = 1000
/** The server aborts a read that takes longer: one query must not delay the others. */
export const READ_TIMEOUT_MS = 5000
export const MONGO_OPTIONS = {
  writeConcern: { w: 'majority', journal: true },
  serverSelectionTimeoutMS: 3000,
  connectTimeoutMS: 5000,
  // A server that is frozen, not gone, is abandoned after this long.
  socketTimeoutMS: 15_000,
  maxPoolSize: 20,
  // The time limit of a command. A request that has no connection by then gets the response that
  // the store is overloaded.
  waitQueueTimeoutMS: 15_000,
  // A broken connection makes the driver drop all of them. By default it only opens two new ones at
  // a time, and not until half a second after its last check of the server: on a slow network the
  // pool would rarely be full again.
  maxConnecting: 10,
  minHeartbeatFrequencyMS: 100,
} as const

/**
 * A connection whose acknowledged writes survive a crash (majority, journaled). Commands fail
 * immediately while it is down instead of waiting in a buffer, so that a client learns within
 * seconds that nothing was accepted.
 */
export function createMongoConnection(): Connection {
  const connection = mongoose.createConnection()
  connection.set('bufferCommands', false)
  connection.set('strictQuery', 'throw')
  connection.set('maxTimeMS', READ_TIMEOUT_MS)
  connection.set('sanitizeFilter', false) // filters only contain validated values; operators in them are ours
  connection.on('error', () => {}) // the connect loop and failing commands report outages
  return connection
}

/**
 * Connects and prepares the store, however long it takes; once connected, the driver reconnects by
 * itself. Returns early when aborted.
 */
export async function connectMongo(options: {
  connection: Connection
  url: string
  prepare: () => Promise<void>
  log: Logger
  stop: AbortSignal
}): Promise<void> {
  const { connection, url, prepare, log, stop } = options
  await persist(() => connection.openUri(url, MONGO_OPTIONS), { log, stop })
  // The connection is not reopened if this fails: mongoose would then have two clients, and mistake
  // the failure of one for that of both.
  await persist(prepare, { log, stop, failure: 'MongoDB setup failed; trying again' })
}

const LOOK_MS = 5000
const SILENCE_MS = 30_000
const CLOSE_MS = 5000

/**
 * Replaces the client if its monitor has become silent: neither a heartbeat nor a failed one. A
 * polling monitor can permanently lose the reply to its `hello` if its connection is cut at that
 * moment; then it never finds a server again. Checks are counted, not time, because a process that
 * was frozen has received nothing either.
 * @returns a function that stops the watch
 */
export function watchMongo(options: {
  connection: Connection
  url: string
  log: Logger
  stop: AbortSignal
  lookMs?: number
  silenceMs?: number
}): () => void {
  const { connection, url, log, stop, lookMs = LOOK_MS, silenceMs = SILENCE_MS } = options
  let silentLooks = 0
  let replacing = false
  const listen = (): void => {
    silentLooks = 0
    for (const event of ['serverHeartbeatSucceeded', 'serverHeartbeatFailed'] as const)
      connection.getClient().on(event, () => void (silentLooks = 0))
  }
  const replace = async (): Promise<void> => {
    log.warn({ silenceMs }, 'MongoDB client monitor is silent: replacing the client')
    await inTime(CLOSE_MS, () => connection.close()).catch((error: unknown) =>
      log.debug({ err: error }, 'old MongoDB client did not close'),
    )
    await persist(() => connection.openUri(url, MONGO_OPTIONS), { log, stop })
    if (!stop.aborted) listen()
  }
  if (connection.getClient().options.loadBalanced) return () => {} // such a client has no monitors
  listen()
  const timer = setInterval(() => {
    if (replacing || ++silentLooks * lookMs <= silenceMs) return
    replacing = true
    void replace().finally(() => (replacing = false))
  }, lookMs)
  return () => clearInterval(timer)
}

async function persist(
  step: () => Promise<unknown>,
  {
    log,
    stop,
    failure = 'MongoDB is not reachable; trying again',
  }: { log: Logger; stop: AbortSignal; failure?: string },
): Promise<void> {
  while (!stop.aborted) {
    try {
      await step()
      return
    } catch (error) {
      if (stop.aborted) return
      log.warn({ err: error }, failure)
      await delay(RETRY_MS, undefined, { signal: stop }).catch(() => {})
    }
  }
}
