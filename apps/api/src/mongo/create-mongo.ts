import type { Logger } from '@darkroom/runtime'
import type { Connection } from 'mongoose'
import { connectMongo, createMongoConnection, watchMongo } from './connect-mongo.ts'

/** For rooms that hand it to their stores: mongoose itself is the stores' concern. */
export type MongoConnection = Connection

/** The connection to MongoDB, from its first try to its end. */
export function createMongo({ url, log, stop }: { url: string; log: Logger; stop: AbortSignal }) {
  const connection = createMongoConnection()
  const prepared = Promise.withResolvers<void>()
  let isPrepared = false
  let unwatch = (): void => {}
  return {
    connection,
    /** Resolves when the indexes are there. */
    prepared: prepared.promise,
    isPrepared: (): boolean => isPrepared,
    /** Until the unique indexes are there, two uploads with one key would both be taken. */
    isReady: (): boolean => connection.readyState === 1 && isPrepared,
    /** Connects and prepares, however long it takes. Returns early when told to stop. */
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
