import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@darkroom/runtime'
import mongoose, { type Connection } from 'mongoose'

const RETRY_MS = 1000

/**
 * A connection whose acknowledged writes survive a crash (majority, journaled). Commands fail at once while it is down
 * instead of waiting in a buffer, so that a client learns within seconds that nothing was accepted.
 */
export function createMongoConnection(): Connection {
  const connection = mongoose.createConnection()
  connection.set('bufferCommands', false)
  connection.set('strictQuery', 'throw')
  connection.set('sanitizeFilter', false) // filters are built from checked values only; operators in them are ours
  connection.on('error', () => {}) // the connect loop and the commands that fail tell
  return connection
}

/** Connects, however long it takes; once connected, the driver reconnects by itself. */
export async function connectMongo(connection: Connection, url: string, log: Logger, stop: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await connection.openUri(url, {
        writeConcern: { w: 'majority', journal: true },
        serverSelectionTimeoutMS: 3000,
        connectTimeoutMS: 5000,
        maxPoolSize: 20,
      })
      return
    } catch (error) {
      if (stop.aborted) return
      log.warn({ err: error }, 'MongoDB is not reachable; trying again')
      await delay(RETRY_MS, undefined, { signal: stop }).catch(() => {})
      if (stop.aborted) return
    }
  }
}
