import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { FOLDERS, type ChannelEvent } from '@darkroom/contracts'
import { createImageQueue, createTaskEventsPublisher, publishTaskCommand, redisNames } from '@darkroom/messaging'
import type { Logger, ShutdownPhase } from '@darkroom/runtime'
import { Registry } from '@prometheus-io/client'
import type { Express } from 'express'
import { createApplying } from './applying/create-applying.ts'
import { createBatches } from './batches/create-batches.ts'
import { createDeadLetters } from './dead-letters/create-dead-letters.ts'
import type { ApiEnv } from './env.ts'
import { createFollowing } from './following/create-following.ts'
import { createHttpApp, isProxy } from './http/app.ts'
import { closeServer, createHttpServer, listen } from './http/server.ts'
import { SlowRequests } from './http/slow-requests.ts'
import { createInstallation } from './installation/create-installation.ts'
import { createMediator } from './mediator.ts'
import { createWatchers } from './metrics/watchers.ts'
import { createMongo } from './mongo/create-mongo.ts'
import { createQueues } from './queues/create-queues.ts'
import { createRedisConnections } from './redis-connections.ts'
import { createRemoval } from './removal/create-removal.ts'
import { createProbes } from './routes/create-probes.ts'
import { createRoutes } from './routes/create-routes.ts'
import { toApiLimits } from './routes/api-limits.ts'
import { docsRoutes } from './routes/docs/docs-routes.ts'
import type { Send } from './send.ts'
import { createStats } from './stats/create-stats.ts'
import { createSync } from './sync/create-sync.ts'
import { createAnnouncer } from './tasks/announce.ts'
import { createTaskCommands } from './tasks/commands/create-task-commands.ts'
import { RetryTask } from './tasks/commands/retry-task.ts'
import { createTaskQueries } from './tasks/queries/create-task-queries.ts'
import { createUrlSigner } from './tasks/queries/url-signing.ts'
import { createStopJob } from './tasks/stop-job.ts'
import { TaskCache } from './tasks/task-cache.ts'
import { TaskStore } from './tasks/task-store.ts'
import { toAppError } from './to-app-error.ts'
import { createUploads } from './uploads/create-uploads.ts'

export interface Api {
  app: Express
  /** Listens and begins to work; stores that are away are waited for in the background. */
  start: () => Promise<{ port: number }>
  /** The steps of an orderly end, in their order. */
  closing: () => readonly ShutdownPhase[]
}

/**
 * Balancers send requests to whatever listens, so the port is opened when requests can be served;
 * but no later than this, as those who ask meanwhile are to hear what is missing.
 */
const LISTEN_AFTER_MS = 3000

/**
 * Builds the API process from bottom to top, a room a line. Nothing is listened to before `start`.
 */
export function createApi(env: ApiEnv, log: Logger, registry = new Registry()): Api {
  const names = redisNames({ namespace: env.REDIS_NAMESPACE, queue: env.QUEUE_NAME })
  const dataDir = resolve(env.DATA_DIR)
  const tempFolder = join(dataDir, FOLDERS.uploads)
  const now = Date.now
  const stopping = new AbortController()
  const isClosing = (): boolean => stopping.signal.aborted
  // The mediator is made of the handlers, and some rooms send commands themselves.
  const send: Send = (request) => mediator.send(request)

  const redis = createRedisConnections(env, log)
  const { producer } = redis
  const db = createMongo({ url: env.MONGODB_URL, log, stop: stopping.signal })
  const mongo = db.connection
  const queue = createImageQueue({
    redis: producer,
    names,
    policy: { attempts: env.QUEUE_MAX_RETRIES, backoffMs: env.QUEUE_BACKOFF_MS },
  })
  const publish = createTaskEventsPublisher<ChannelEvent>(producer, names.channel, (error, event) =>
    log.debug({ err: error, event }, 'event not published'),
  )
  const stopJob = createStopJob(queue, (command) => publishTaskCommand(producer, names.commands, command))

  const installation = createInstallation({ dataDir, mongo, producer, names, log })
  const { storage, isOurs } = installation
  const store = new TaskStore(mongo, (tenant, id) => cache.taskInDoubt(tenant, id))
  const following = createFollowing({ store, recheckMs: env.FOLLOW_RECHECK_MS, log })
  const { feed } = following
  const cache = new TaskCache(redis.cache, names.cachePrefix, log, {
    onRead: (kind, found) => watchers.cacheRead(kind, found),
    onTaskChanged: feed.changed,
  })
  const announcer = createAnnouncer({
    cache,
    publish,
    listeners: () => [sync.onTask, watchers.onTask, batches.onTask, applying.onTask],
  })
  const basis = { store, storage, announcer, stopJob, send, log, now }
  const batches = createBatches({ mongo, publish, log, now })
  const sync = createSync({ ...basis, env, redis, names, queue, batches: batches.store, feed })
  const { recordRemoved } = batches
  const { appliedUntil } = sync
  const removal = createRemoval({ ...basis, env, mongo, redis, names, tempFolder, recordRemoved, appliedUntil, isOurs })
  const cleanups = removal.totals
  const watchers = createWatchers({ registry, queue, store, cleanups, intervalMs: env.ESTIMATE_INTERVAL_MS, log, now })
  const { estimator } = watchers
  const { dispatch } = sync
  const applying = createApplying(basis)
  const commands = createTaskCommands({ ...basis, env, dispatch, estimate: (task) => estimator.estimate(task) })
  const signer = createUrlSigner(env.URL_SIGNING_KEYS ?? [])

  const mediator = createMediator([
    ...commands.handlers,
    ...createTaskQueries({ store, cache, signer, now }).handlers,
    ...applying.handlers,
    ...following.handlers,
    ...removal.handlers,
    ...batches.handlers(commands.createTask),
    ...createQueues({ queues: [queue], log }).handlers,
    ...createStats({ mongo, cleanups, log, stop: stopping.signal }).handlers,
    ...createDeadLetters({ mongo, retry: (tenant, id) => send(new RetryTask(tenant, id)) }).handlers,
  ])

  const freeBytes = (): Promise<number> => storage.freeBytes()
  const slowRequests = new SlowRequests({ requestMs: env.REQUEST_TIMEOUT_MS, uploadStallMs: env.UPLOAD_STALL_MS })
  const uploads = createUploads({
    env,
    tempFolder,
    cacheRedis: redis.cache,
    cachePrefix: names.cachePrefix,
    isStoreAway: () => !db.isReady(),
    storageFault: installation.known,
    freeBytes,
    roomIsLow: removal.roomIsLow,
    queued: () => estimator.waiting,
    isTaskMade: async (tenant, key) => (await store.findByIdempotencyKey(tenant, key)) !== undefined,
    isBatchMade: batches.isMade,
    asUpload: slowRequests.asUpload,
    send,
  })
  const probes = createProbes({
    redis,
    cachePrefix: names.cachePrefix,
    isPrepared: db.isPrepared,
    pingStore: () => store.ping(),
    storageFault: installation.probe,
    freeBytes,
    backlog: watchers.backlog,
    log,
  })
  const routes = createRoutes({ env, uploads, storage, signer, queue, probes, registry, isClosing, send, log })
  const docs = docsRoutes(toApiLimits(env))
  const app = createHttpApp({
    ...routes,
    root: [docs, ...routes.operators],
    trustProxy: env.TRUST_PROXY,
    isClosing,
    toAppError,
    log,
  })
  const server = createHttpServer(app, {
    uploadTimeoutMs: env.UPLOAD_TIMEOUT_MS,
    headersTimeoutMs: env.HEADERS_TIMEOUT_MS,
    answerStallMs: env.ANSWER_STALL_MS,
    slowRequests,
    connections: { max: env.MAX_CONNECTIONS, isProxy: (address) => isProxy(app, address) },
  })

  const startWork = async (): Promise<void> => {
    await db.start(() => Promise.all([store.prepare(), batches.store.prepare()]))
    if (isClosing()) return
    // What removes files waits until it is known whose they are.
    installation.start(removal.start)
    sync.start()
    feed.start()
    void estimator.start()
    await sync.listen()
  }

  return {
    app,
    start: async () => {
      startWork().catch((error: unknown) => {
        if (!isClosing()) throw error
      })
      await Promise.race([db.prepared, pause(LISTEN_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => {})])
      const port = await listen(server, env.PORT, env.HOST)
      if (env.ADMIN_TOKEN === undefined)
        log.info('ADMIN_TOKEN is not set: queues can only be managed from this machine')
      return { port }
    },
    closing: () => {
      stopping.abort()
      installation.stopWatching()
      routes.endHeld()
      const stopSweeping = (): Promise<unknown> => {
        installation.stop()
        estimator.stop()
        return Promise.all([sync.stop(), removal.stopJanitor(), feed.stop()])
      }
      const stopRedis = (): void => {
        cache.stop()
        redis.disconnect()
      }
      return [
        { name: 'http', timeoutMs: env.SHUTDOWN_TIMEOUT_MS, run: () => closeServer(server) },
        { name: 'hashing', timeoutMs: 1000, run: () => uploads.stop() },
        { name: 'dispatch', timeoutMs: 3000, run: () => sync.drain() },
        { name: 'sweeper', timeoutMs: 3000, run: stopSweeping },
        { name: 'events', timeoutMs: 3000, run: () => sync.stopListening() },
        { name: 'maintenance', timeoutMs: 3000, run: () => removal.stopMaintenance() },
        { name: 'queue', timeoutMs: 2000, run: () => queue.close() },
        { name: 'redis', timeoutMs: 1000, run: stopRedis },
        { name: 'mongo', timeoutMs: 2000, run: () => db.stop() },
      ]
    },
  }
}
