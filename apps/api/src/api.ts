import { setTimeout as pause } from 'node:timers/promises'
import type { Logger, ShutdownPhase } from '@darkroom/runtime'
import { Registry } from '@prometheus-io/client'
import type { Express } from 'express'
import { createConnections, type Connections } from './connections.ts'
import type { ApiEnv } from './env.ts'
import { createFront } from './front.ts'
import { closeServer, listen } from './http/server.ts'
import { createRooms, type Rooms } from './rooms.ts'

export interface Api {
  app: Express
  /** Starts listening and working; waits in the background for stores that are down. */
  start: () => Promise<{ port: number }>
  /** The steps of an orderly shutdown, in order. */
  closing: () => readonly ShutdownPhase[]
}

/**
 * Load balancers send requests as soon as the port is open, so it is opened when requests can be
 * served; but after this time at the latest, so that clients learn what is missing.
 */
const LISTEN_AFTER_MS = 3000

/**
 * Builds the API process from bottom to top: connections, rooms, HTTP. Nothing listens before
 * `start`.
 */
export function createApi(env: ApiEnv, log: Logger, registry = new Registry()): Api {
  const stopping = new AbortController()
  const isClosing = (): boolean => stopping.signal.aborted
  const connections = createConnections(env, log, stopping.signal)
  const rooms = createRooms(env, connections, { log, registry, stop: stopping.signal })
  const front = createFront({ env, connections, rooms, registry, isClosing, log })
  return {
    app: front.app,
    start: async () => {
      startWork(connections, rooms, isClosing).catch((error: unknown) => {
        if (!isClosing()) throw error
      })
      const waited = pause(LISTEN_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => {})
      await Promise.race([connections.db.prepared, waited])
      const port = await listen(front.server, env.PORT, env.HOST)
      if (env.ADMIN_TOKEN === undefined)
        log.info('ADMIN_TOKEN is not set: queues can only be managed from this machine')
      return { port }
    },
    closing: () => {
      stopping.abort()
      rooms.installation.stopWatching()
      front.endHeld()
      return [
        { name: 'http', timeoutMs: env.SHUTDOWN_TIMEOUT_MS, run: () => closeServer(front.server) },
        { name: 'hashing', timeoutMs: 1000, run: () => front.uploads.stop() },
        ...closingOfWork(connections, rooms),
      ]
    },
  }
}

async function startWork({ db }: Connections, rooms: Rooms, isClosing: () => boolean): Promise<void> {
  const { store, batches, installation, removal, sync, feed, estimators } = rooms
  await db.start(() => Promise.all([store.prepare(), batches.store.prepare()]))
  if (isClosing()) return
  // Nothing is removed until the owner of the data folder is known.
  installation.start(removal.start)
  sync.start()
  feed.start()
  void estimators.start()
  await sync.listen()
}

function closingOfWork({ queues, redis, db }: Connections, rooms: Rooms): ShutdownPhase[] {
  const { installation, estimators, sync, removal, feed, cache } = rooms
  const stopSweeping = (): Promise<unknown> => {
    installation.stop()
    estimators.stop()
    return Promise.all([sync.stop(), removal.stopJanitor(), feed.stop()])
  }
  const stopRedis = (): void => {
    cache.stop()
    redis.disconnect()
  }
  return [
    { name: 'dispatch', timeoutMs: 3000, run: () => sync.drain() },
    { name: 'sweeper', timeoutMs: 3000, run: stopSweeping },
    { name: 'events', timeoutMs: 3000, run: () => sync.stopListening() },
    { name: 'maintenance', timeoutMs: 3000, run: () => removal.stopMaintenance() },
    { name: 'queue', timeoutMs: 2000, run: () => queues.close() },
    { name: 'redis', timeoutMs: 1000, run: stopRedis },
    { name: 'mongo', timeoutMs: 2000, run: () => db.stop() },
  ]
}
