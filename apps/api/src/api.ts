import { setTimeout as pause } from 'node:timers/promises'
import type { Logger, ShutdownPhase } from '@darkroom/runtime'
import { NO_TRACING, type Tracing } from '@darkroom/runtime/tracing'
import type { Storage } from '@darkroom/storage'
import { Registry } from '@prometheus-io/client'
import type { Express } from 'express'
import { createConnections, type Connections } from './connections.ts'
import type { ApiEnv } from './env.ts'
import { createFront } from './front.ts'
import { closeServer, listen } from './http/server.ts'
import { createRooms, type Rooms } from './rooms.ts'
import type { KillWorker } from './routes/demo-routes.ts'

/** What an API is given; it closes the storage at the end. */
interface ApiSurroundings {
  storage: Storage
  /** The folder of the web page's build. Without it, `/` leads to the documentation. */
  page?: string | undefined
  /** Only in a demo. */
  killWorker?: KillWorker | undefined
  log: Logger
}

export interface Api {
  app: Express
  /** Starts listening and working; waits in the background for stores that are down. */
  start: () => Promise<{ port: number }>
  /**
   * The steps of an orderly shutdown, in order. From now on the API is not ready. If the reason is
   * SIGTERM, it keeps serving for `SHUTDOWN_DELAY_MS` first.
   */
  closing: (reason?: string) => readonly ShutdownPhase[]
}

/** Where a process reports what it does; discarded by default. */
interface Observers {
  registry: Registry
  tracing: Tracing
}
const unobserved = (): Observers => ({ registry: new Registry(), tracing: NO_TRACING })

/**
 * Load balancers send requests as soon as the port is open, so it is opened when requests can be
 * served; but after this time at the latest, so that clients learn what is missing.
 */
const LISTEN_AFTER_MS = 3000
const DELAY_MARGIN_MS = 1000

/**
 * Builds the API process from bottom to top: connections, rooms, HTTP. Nothing listens before
 * `start`.
 */
export function createApi(
  env: ApiEnv,
  { storage, page, killWorker, log }: ApiSurroundings,
  { registry, tracing }: Observers = unobserved(),
): Api {
  const stopping = new AbortController()
  let closing = false
  const isClosing = (): boolean => closing
  const connections = createConnections(env, log, stopping.signal)
  const rooms = createRooms(env, connections, { storage, log, registry, tracing, stop: stopping.signal })
  const front = createFront({ env, connections, storage, rooms, registry, isClosing, page, killWorker, log })
  return {
    app: front.app,
    start: async () => {
      startWork(connections, rooms, isClosing).catch((error: unknown) => {
        if (!isClosing()) throw error
      })
      const waited = pause(LISTEN_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => {})
      await Promise.race([connections.db.prepared, waited])
      const port = await listen(front.server, env.PORT, env.HOST)
      return { port }
    },
    closing: (reason) => {
      closing = true
      const delayMs = reason === 'SIGTERM' && front.server.listening ? delayOf(env) : 0
      const stopServing = (): Promise<void> => {
        stopping.abort()
        rooms.installation.stopWatching()
        front.endHeld()
        return closeServer(front.server)
      }
      return [
        ...(delayMs > 0 ? [delay(delayMs, log)] : []),
        { name: 'sockets', timeoutMs: 2000, run: () => front.sockets.stop() },
        { name: 'http', timeoutMs: env.SHUTDOWN_TIMEOUT_MS - delayMs, run: stopServing },
        ...closingOfWork(connections, rooms),
      ]
    },
  }
}

/** Part of the time limit: running requests must have time left afterwards. */
const delayOf = (env: ApiEnv): number => Math.min(env.SHUTDOWN_DELAY_MS, env.SHUTDOWN_TIMEOUT_MS / 2)

/**
 * Load balancers go on sending requests until their next check, and would find the port closed.
 * Only SIGTERM comes from where there may be one: after Ctrl-C or a crash there is no delay.
 */
function delay(delayMs: number, log: Logger): ShutdownPhase {
  const run = (): Promise<void> => {
    log.info({ delayMs }, 'no longer ready; still serving requests')
    return pause(delayMs)
  }
  return { name: 'delay', timeoutMs: delayMs + DELAY_MARGIN_MS, run }
}

async function startWork({ db }: Connections, rooms: Rooms, isClosing: () => boolean): Promise<void> {
  const { store, batches, photos, stagedUploads, keys, webhooks, audit, stats, usage } = rooms
  const { installation, migrations, removal, sync, feed, estimators } = rooms
  const stores = [store, batches.store, photos, stagedUploads, keys, webhooks, audit, stats, usage]
  await db.start(() => Promise.all(stores.map((each) => each.prepare())))
  if (isClosing()) return
  // Nothing is removed until the owner of the data folder is known.
  installation.start(removal.start)
  migrations.start()
  sync.start()
  photos.start()
  webhooks.start()
  usage.start()
  stats.start()
  feed.start()
  void estimators.start()
  await sync.listen()
}

function closingOfWork({ queues, redis, db }: Connections, rooms: Rooms): ShutdownPhase[] {
  const { storage, installation, migrations, estimators, sync, photos, stats, usage, removal, feed, cache } = rooms
  const stopSweeping = (): Promise<unknown> => {
    installation.stop()
    estimators.stop()
    const repeated = [sync, photos, usage, feed, migrations].map((each) => each.stop())
    return Promise.all([...repeated, removal.stopJanitor()])
  }
  const stopListening = async (): Promise<void> => {
    await sync.stopListening()
    await stats.stop()
  }
  const stopRedis = (): void => {
    cache.stop()
    redis.disconnect()
  }
  return [
    { name: 'dispatch', timeoutMs: 3000, run: () => sync.drain() },
    { name: 'sweeper', timeoutMs: 3000, run: stopSweeping },
    { name: 'webhooks', timeoutMs: 5000, run: () => rooms.webhooks.stop() },
    { name: 'events', timeoutMs: 3000, run: stopListening },
    { name: 'maintenance', timeoutMs: 3000, run: () => removal.stopMaintenance() },
    { name: 'queue', timeoutMs: 2000, run: () => queues.close() },
    { name: 'redis', timeoutMs: 1000, run: stopRedis },
    { name: 'storage', timeoutMs: 1000, run: () => storage.close() },
    { name: 'mongo', timeoutMs: 2000, run: () => db.stop() },
  ]
}
