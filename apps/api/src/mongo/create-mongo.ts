import type { Logger } from '@darkroom/runtime'
import type { Connection } from 'mongoose'
import { connectMongo, createMongoConnection, watchMongo } from './connect-mongo.ts'

/** For rooms that pass it to their stores: only the stores use mongoose itself. */
export type MongoConnection = Connection

/** The lifetime of the connection to MongoDB. */
export function createMongo({ url, log, stop }: { url: string; log: Logger; stop: AbortSignal }) {
  const connection = createMongoConnection()
  const prepared = Promise.withResolvers<void>()
  let isPrepared = false
  let unwatch = (): void => {}
  return {
    connection,
    /** Resolves when the indexes exist. */
    prepared: prepared.promise,
    isPrepared: (): boolean => isPrepared,
    /** Without the unique indexes, two uploads with the same key would both be accepted. */
    isReady: (): boolean => connection.readyState === 1 && isPrepared,
    /** Connects and prepares, however long it takes. Returns early when aborted. */
    start: async (prepare: () => Promise<unknown>): Promise<void> => {
      await connectMongo({ connection, url, prepare: async () => void (await prepare()), log, stop })
      if (stop.aborted) return
      isPrepared = true
      prepared.resolve()
      unwatch = watchMongo({ connection, url, log, stop })
    },
    stop: (): Promise<void> => {
      unwatch()
      return connection.close()
    },
  }
}
