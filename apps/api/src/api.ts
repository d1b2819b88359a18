import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DEFAULT_TENANT, type ChannelEvent, type TaskEvent } from '@darkroom/contracts'
import { createImageQueue, createMaintenance, createTaskEventsPublisher, publishTaskCommand, redisNames } from '@darkroom/messaging'
import { connectRedis, queueRedisWarnings, readRedisFacts, redisUrl, type Logger, type ShutdownPhase } from '@darkroom/runtime'
import { createDiskStorage } from '@darkroom/storage'
import { Registry } from '@prometheus-io/client'
import type { Express } from 'express'
import type { Redis } from 'ioredis'
import { batchRoutes } from './routes/batch-routes.ts'
import { BatchStore } from './batches/batch-store.ts'
import { CompleteBatchHandler } from './batches/complete-batch.ts'
import { CreateBatchHandler } from './batches/create-batch.ts'
import { GetBatchHandler } from './batches/get-batch.ts'
import { connectMongo, createMongoConnection, watchMongo } from './mongo/connect-mongo.ts'
import { DataFolder } from './installation/data-folder.ts'
import { CountDeadLettersHandler } from './dead-letters/count-dead-letters.ts'
import { deadLetterRoutes } from './routes/dead-letter-routes.ts'
import { DeadLetterStore } from './dead-letters/dead-letter-store.ts'
import { ReplayDeadLettersHandler } from './dead-letters/replay-dead-letters.ts'
import type { ApiEnv } from './env.ts'
import { createAcceptUpload } from './uploads/accept-upload.ts'
import { admission } from './uploads/admission.ts'
import { adminGuard } from './routes/admin/admin-guard.ts'
import { adminRoutes } from './routes/admin/admin-routes.ts'
import { queueBoard } from './routes/admin/queue-board.ts'
import { createHttpApp, isProxy } from './http/app.ts'
import { receiveBatch } from './uploads/batch-upload.ts'
import { createFileHasher } from './uploads/file-hasher.ts'
import { HeldRequests } from './http/held-requests.ts'
import { docsRoutes } from './routes/docs/docs-routes.ts'
import { freeSpaceGate } from './uploads/free-space-gate.ts'
import { healthRoutes } from './routes/health.ts'
import { reserveIdempotencyKey } from './uploads/idempotency.ts'
import { receiveImage } from './uploads/image-upload.ts'
import { jsonBody } from './http/json-body.ts'
import { limitUploads } from './uploads/limit-uploads.ts'
import { logRequests } from './routes/log-requests.ts'
import { createSendVariant } from './routes/send-variant.ts'
import { measureRequests } from './http/measure-requests.ts'
import { metricsRoutes } from './routes/metrics-routes.ts'
import { closeServer, createHttpServer, listen } from './http/server.ts'
import { SlowRequests } from './http/slow-requests.ts'
import { guardStorage } from './installation/guard-storage.ts'
import { InstallationStore } from './installation/installation-store.ts'
import { createMediator } from './mediator.ts'
import { GetQueueStatsHandler } from './queues/get-queue-stats.ts'
import { ListQueueJobsHandler } from './queues/list-queue-jobs.ts'
import { queueRoutes } from './routes/queue-routes.ts'
import { BatchCloser } from './sync/batch-closer.ts'
import { SwitchQueueHandler } from './queues/switch-queue.ts'
import { remember } from './ground/remember.ts'
import { GetStatsHandler } from './stats/get-stats.ts'
import { statsRoutes } from './routes/stats-routes.ts'
import { StatsStore } from './stats/stats-store.ts'
import { TaskTotals } from './stats/task-totals.ts'
import { Dispatcher } from './sync/dispatcher.ts'
import { InstallationAnnouncer } from './installation/installation-announcer.ts'
import { Janitor } from './removal/janitor.ts'
import { QueueEventsListener } from './sync/queue-events-listener.ts'
import { SentNotes } from './sync/sent-notes.ts'
import { SharedTurn } from './removal/shared-turn.ts'
import { Sweeper } from './sync/sweeper.ts'
import { TaskEventsSubscriber } from './sync/task-events-subscriber.ts'
import { CancelTaskHandler } from './tasks/commands/cancel-task.ts'
import { CleanupTotalsStore } from './removal/cleanup-totals-store.ts'
import { createAcceptBatch } from './uploads/accept-batch.ts'
import { CreateTaskHandler } from './tasks/commands/create-task.ts'
import { DeleteTaskHandler } from './removal/delete-task.ts'
import { ExpireTasks, ExpireTasksHandler } from './removal/expire-tasks.ts'
import { ExpiryStore } from './removal/expiry-store.ts'
import { FileRemover } from './removal/file-remover.ts'
import { FollowTaskEventsHandler } from './following/follow-task-events.ts'
import { GetTaskJsonHandler } from './tasks/queries/get-task-json.ts'
import { GetTaskHandler } from './tasks/queries/get-task.ts'
import { jobRoutes } from './routes/job-routes.ts'
import { ListTaskEventsHandler } from './following/list-task-events.ts'
import { ListTasksHandler } from './tasks/queries/list-tasks.ts'
import { RetryTask, RetryTaskHandler } from './tasks/commands/retry-task.ts'
import { SignDownloadHandler } from './tasks/queries/sign-download.ts'
import { createStopJob } from './tasks/stop-job.ts'
import { TaskCache } from './tasks/task-cache.ts'
import { taskEventRoutes } from './routes/task-event-routes.ts'
import { TaskFeed } from './following/task-feed.ts'
import { taskRoutes } from './routes/task-routes.ts'
import { TaskStore } from './tasks/task-store.ts'
import type { TaskRecord } from './tasks/task.ts'
import { UpdateTaskHandler } from './tasks/commands/update-task.ts'
import { KnownTtls } from './applying/known-ttls.ts'
import { UpdateTaskStatusHandler } from './applying/update-task-status.ts'
import { WaitForTaskHandler } from './following/wait-for-task.ts'
import { StorageWatch } from './installation/storage-watch.ts'
import { createUrlSigner } from './tasks/queries/url-signing.ts'
import { toAppError } from './to-app-error.ts'
import { createWatchers } from './metrics/watchers.ts'

export interface Api {
  app: Express
  /** Listens and begins to work; stores that are away are waited for in the background. */
  start: () => Promise<{ port: number }>
  /** The steps of an orderly end, in their order. */
  closing: () => readonly ShutdownPhase[]
}

/** Longer than most photos take, and too short for a person to miss. */
const HOLD_STARTS_MS = 200
/** How Redis is set up changes seldom. */
const REDIS_WARNINGS_MS = 30_000
const PROBE_KEY_MS = 10_000
/**
 * Balancers send requests to whatever listens, so the port is opened when requests can be served; but no later than this, as those who
 * ask meanwhile are to hear what is missing.
 */
const LISTEN_AFTER_MS = 3000

/** Builds the API process from top to bottom. Nothing is listened to before `start`. */
export function createApi(env: ApiEnv, log: Logger, registry = new Registry()): Api {
  const url = redisUrl(env)
  const names = redisNames({ namespace: env.REDIS_NAMESPACE, queue: env.QUEUE_NAME })
  const dataDir = resolve(env.DATA_DIR)
  const now = Date.now

  const producer = connectRedis(url, 'producer', log)
  const cacheRedis = connectRedis(env.REDIS_CACHE_URL ?? url, 'cache', log)
  const consumer = connectRedis(url, 'consumer', log)
  const subscription = connectRedis(url, 'consumer', log)
  const mongo = createMongoConnection()
  const stopping = new AbortController()

  const disk = createDiskStorage(dataDir)
  const folder = new DataFolder({ store: new InstallationStore(mongo), storage: disk, dataDir })
  const storage = guardStorage(disk, () => folder.check())
  const store = new TaskStore(mongo, (tenant, id) => cache.taskInDoubt(tenant, id))
  const signer = createUrlSigner(env.URL_SIGNING_KEYS ?? [])
  const feed = new TaskFeed({ store, recheckMs: env.FOLLOW_RECHECK_MS, log })
  const expiries = new ExpiryStore(mongo)
  const files = new FileRemover({ store: expiries, storage, appliedUntil: () => listener.appliedUntil })
  const cleanups = new CleanupTotalsStore(mongo)
  const stats = new StatsStore(mongo)
  const deadLetters = new DeadLetterStore(mongo)
  const queue = createImageQueue({ redis: producer, names, policy: { attempts: env.QUEUE_MAX_RETRIES, backoffMs: env.QUEUE_BACKOFF_MS } })
  const watchers = createWatchers({ registry, queue, store, cleanups, intervalMs: env.ESTIMATE_INTERVAL_MS, log, now })
  const cache = new TaskCache(cacheRedis, names.cachePrefix, log, { onRead: watchers.cacheRead, onTaskChanged: feed.changed })
  const publish = createTaskEventsPublisher<ChannelEvent>(producer, names.channel, (error, event) =>
    log.debug({ err: error, event }, 'event not published'),
  )
  const stopJob = createStopJob(queue, (command) => publishTaskCommand(producer, names.commands, command))
  const notes = new SentNotes({ store, log, now })
  const dispatcher = new Dispatcher({ store, queue, notes, log })
  const ttls = new KnownTtls()

  const createTask = new CreateTaskHandler({
    store,
    storage,
    cache,
    publish,
    dispatch: dispatcher.dispatch,
    estimate: (task) => watchers.estimator.estimate(task),
    onCreated: (task) => {
      watchers.onCreated(task)
      ttls.remember(task)
    },
    maxAttempts: env.QUEUE_MAX_RETRIES,
    dispatchLeaseMs: env.DISPATCH_LEASE_MS,
    now,
  })
  const getTaskJson = new GetTaskJsonHandler({ store, cache })
  const batches = new BatchStore(mongo)
  const recordRemoved = async ({ batchId }: TaskRecord): Promise<void> => {
    if (batchId !== undefined) await batches.removeIfEmpty(batchId)
  }
  const completeBatch = new CompleteBatchHandler({ batches, publish, log, now })
  const onChanged = (task: TaskRecord, event: TaskEvent): void => {
    notes.taskChanged(task)
    watchers.onChanged(task, event)
    completeBatch.taskChanged(task)
  }

  const { send } = createMediator([
    createTask,
    new UpdateTaskStatusHandler({ store, cache, publish, ttls, holdStartsMs: HOLD_STARTS_MS, log, now, onChanged }),
    completeBatch,
    new CreateBatchHandler({ batches, createTask, completeBatch, log, now }),
    new GetBatchHandler({ batches }),
    new CancelTaskHandler({ store, cache, publish, stopJob, log, now, onChanged }),
    new RetryTaskHandler({ store, cache, publish, dispatch: dispatcher.dispatch, dispatchLeaseMs: env.DISPATCH_LEASE_MS, log, now }),
    new UpdateTaskHandler({ store, cache, log }),
    new DeleteTaskHandler({ store, expiries, files, cache, stopJob, recordRemoved, log, now }),
    new ExpireTasksHandler({
      store,
      expiries,
      files,
      totals: cleanups,
      cache,
      publish,
      recordRemoved,
      keep: { graceMs: env.PURGE_GRACE_SECONDS * 1000, recordMs: env.RECORD_TTL_SECONDS * 1000 },
      log,
      now,
    }),
    getTaskJson,
    new GetTaskHandler({ getTaskJson }),
    new ListTasksHandler({ store, cache }),
    new ListTaskEventsHandler({ store }),
    new FollowTaskEventsHandler({ feed }),
    new WaitForTaskHandler({ feed }),
    new SignDownloadHandler({ signer, now }),
    new GetQueueStatsHandler({ queues: [queue] }),
    new ListQueueJobsHandler({ queues: [queue] }),
    new SwitchQueueHandler({ queues: [queue], log }),
    new GetStatsHandler({ store: stats, totals: new TaskTotals({ store: stats, log }), cleanups }),
    new CountDeadLettersHandler({ store: deadLetters }),
    new ReplayDeadLettersHandler({ store: deadLetters, retry: (tenant, id) => send(new RetryTask(tenant, id)) }),
  ])

  const listener = new QueueEventsListener({ redis: consumer, names, queue, send, log, now })
  const isBehind = (): boolean => listener.isBehind
  const subscriber = new TaskEventsSubscriber({ redis: subscription, channel: names.channel, send, feed, isBehind, log })
  const sweeper = new Sweeper({
    store,
    queue,
    dispatcher,
    stopJob,
    send,
    log,
    now,
    intervalMs: env.SWEEP_INTERVAL_MS,
    leaseMs: env.DISPATCH_LEASE_MS,
    events: listener,
  })
  const announcer = new InstallationAnnouncer({ redis: producer, names, installation: () => folder.installation, log })
  const batchCloser = new BatchCloser({ batches, send, intervalMs: env.SWEEP_INTERVAL_MS, log, now })
  // Whatever became due while the queue was away goes out as soon as it is back.
  producer.on('ready', () => {
    void sweeper.sweep()
    janitor.redisIsBack()
  })

  const tempFolder = join(dataDir, 'uploads', 'temp')
  const hasher = createFileHasher()
  const place = { folder: join(tempFolder, randomUUID()), hash: hasher.hash }
  const slowRequests = new SlowRequests({ requestMs: env.REQUEST_TIMEOUT_MS, uploadStallMs: env.UPLOAD_STALL_MS })
  const perAddress = limitUploads(env.UPLOADS_PER_ADDRESS)
  const storageWatch = new StorageWatch({ storage, folder, dataDir, log })
  // Until the unique indexes are there, two uploads with one key would both be taken.
  const prepared = Promise.withResolvers<void>()
  let isPrepared = false
  const admitted = admission({
    isStoreAway: () => mongo.readyState !== 1 || !isPrepared,
    storageFault: storageWatch.known,
    queued: () => watchers.estimator.waiting,
    maxQueued: env.QUEUE_MAX_WAITING,
    maxUploads: env.UPLOADS_MAX,
  })
  const before = (isDone: (key: string) => Promise<boolean>) => [
    perAddress,
    admitted,
    freeSpaceGate(
      () => storage.freeBytes(),
      env.MIN_FREE_BYTES,
      () => janitor.roomIsLow(),
    ),
    reserveIdempotencyKey(cacheRedis, names.cachePrefix, isDone),
    slowRequests.asUpload,
  ]
  const isTaskMade = async (key: string): Promise<boolean> => (await store.findByIdempotencyKey(DEFAULT_TENANT, key)) !== undefined
  const isBatchMade = async (key: string): Promise<boolean> =>
    typeof (await batches.findByIdempotencyKey(DEFAULT_TENANT, key))?.total === 'number'
  const limits = { maxFileBytes: env.UPLOAD_MAX_BYTES, maxFieldBytes: env.UPLOAD_MAX_FIELD_BYTES }
  const receive = [...before(isTaskMade), receiveImage(place, limits)]
  const batchLimits = { ...limits, maxFiles: env.BATCH_MAX_FILES, maxBatchBytes: env.BATCH_MAX_BYTES }
  const receiveMany = [...before(isBatchMade), receiveBatch(place, batchLimits)]
  const janitor = new Janitor({
    turn: new SharedTurn({ redis: producer, key: `${names.prefix}:${names.queue}:janitor`, everyMs: env.JANITOR_INTERVAL_MS }),
    store,
    storage,
    remover: files,
    isOurs: () => isOurs(folder),
    tempFolder,
    tempAgeMs: env.UPLOAD_TIMEOUT_MS + env.REQUEST_TIMEOUT_MS,
    orphanAgeMs: env.ORPHAN_AGE_MS,
    intervalMs: env.JANITOR_INTERVAL_MS,
    log,
  })
  const maintenance = createMaintenance({
    producer,
    consumer,
    names,
    everyMs: env.CLEANUP_INTERVAL_MS,
    run: async (signal) => void ((await isOurs(folder)) && (await send(new ExpireTasks(signal)))),
    onError: (error) => log.warn({ err: error }, 'a clean-up did not end; the next one goes on'),
  })
  const acceptUpload = createAcceptUpload({ send, maxPixels: env.IMAGE_MAX_PIXELS, defaultTtlSeconds: env.FILE_TTL_SECONDS })
  const followers = { each: env.FOLLOWERS_PER_TASK, perAddress: env.FOLLOWERS_PER_ADDRESS }
  const streams = new HeldRequests({ total: env.EVENT_STREAMS_MAX, ...followers })
  const waiting = new HeldRequests({ total: env.WAITING_REQUESTS_MAX, ...followers })
  const acceptBatch = createAcceptBatch({
    send,
    maxPixels: env.IMAGE_MAX_PIXELS,
    maxFileBytes: env.UPLOAD_MAX_BYTES,
    defaultTtlSeconds: env.FILE_TTL_SECONDS,
  })
  const routeDeps = {
    send,
    receive,
    acceptUpload,
    sendVariant: createSendVariant(storage, signer, storageWatch.probe),
    readJson: jsonBody(env.JSON_BODY_MAX_BYTES),
    waiting,
  }
  const redisWarnings = remember(REDIS_WARNINGS_MS, async () => queueRedisWarnings(await readRedisFacts(producer)))
  // Each time it is back it may be another one, with another configuration.
  producer.on(
    'ready',
    () =>
      void redisWarnings().then(
        (found) => found.forEach((warning) => log.warn(warning)),
        () => {},
      ),
  )
  const admin = adminGuard(env.ADMIN_TOKEN)
  const board = queueBoard([queue], '/admin/queues')
  const app = createHttpApp({
    v1: [
      taskRoutes(routeDeps),
      batchRoutes({ send, receive: receiveMany, acceptBatch }),
      taskEventRoutes({ send, streams, heartbeatMs: env.EVENT_HEARTBEAT_MS, lifeMs: env.EVENT_STREAM_LIFE_MS }),
      queueRoutes({ send, admin }),
      deadLetterRoutes({ send, admin, readJson: routeDeps.readJson }),
      statsRoutes({ send }),
    ],
    aliases: [jobRoutes(routeDeps)],
    health: healthRoutes({
      probes: {
        redis: () => writeTo(cacheRedis, names.cachePrefix),
        queue: () => writeTo(producer, names.cachePrefix),
        mongo: async () => {
          if (!isPrepared) throw new Error('its indexes are not made yet')
          await store.ping()
        },
        storageFault: storageWatch.probe,
        freeBytes: () => storage.freeBytes(),
        pending: async () => (await watchers.backlog()).unfinished,
        warnings: redisWarnings,
      },
      minFreeBytes: env.MIN_FREE_BYTES,
      isClosing: () => stopping.signal.aborted,
      log,
    }),
    root: [
      docsRoutes({ ...batchLimits, maxPixels: env.IMAGE_MAX_PIXELS, ttlSeconds: env.FILE_TTL_SECONDS }),
      metricsRoutes(registry),
      adminRoutes({ token: env.ADMIN_TOKEN, guard: admin, board }),
    ],
    watch: [measureRequests(registry), logRequests(log)],
    trustProxy: env.TRUST_PROXY,
    isClosing: () => stopping.signal.aborted,
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

  let unwatchMongo = (): void => {}
  const startSync = async (): Promise<void> => {
    await connectMongo({
      connection: mongo,
      url: env.MONGODB_URL,
      prepare: async () => void (await Promise.all([store.prepare(), batches.prepare()])),
      log,
      stop: stopping.signal,
    })
    if (stopping.signal.aborted) return
    isPrepared = true
    prepared.resolve()
    unwatchMongo = watchMongo({ connection: mongo, url: env.MONGODB_URL, log, stop: stopping.signal })
    // What removes files waits until it is known whose they are.
    storageWatch.start(() => {
      void announcer.announce()
      janitor.start()
      maintenance.start()
    })
    announcer.start()
    sweeper.start()
    feed.start()
    batchCloser.start()
    void watchers.estimator.start()
    // These wait for Redis, however long it is away.
    await Promise.all([subscriber.start(), listener.start()])
  }

  return {
    app,
    start: async () => {
      startSync().catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error
      })
      await Promise.race([prepared.promise, pause(LISTEN_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => {})])
      const port = await listen(server, env.PORT, env.HOST)
      if (env.ADMIN_TOKEN === undefined) log.info('ADMIN_TOKEN is not set: queues are administered from this machine only')
      return { port }
    },
    closing: () => {
      stopping.abort()
      storageWatch.stop()
      for (const held of [streams, waiting]) held.endAll()
      return [
        { name: 'http', timeoutMs: env.SHUTDOWN_TIMEOUT_MS, run: () => closeServer(server) },
        { name: 'hashing', timeoutMs: 1000, run: () => hasher.close() },
        { name: 'dispatch', timeoutMs: 3000, run: () => dispatcher.drain() },
        {
          name: 'sweeper',
          timeoutMs: 3000,
          run: () => {
            announcer.stop()
            watchers.estimator.stop()
            return Promise.all([sweeper.stop(), janitor.stop(), feed.stop(), batchCloser.stop()])
          },
        },
        { name: 'events', timeoutMs: 3000, run: () => Promise.all([subscriber.drain(), listener.stop()]) },
        { name: 'maintenance', timeoutMs: 3000, run: () => maintenance.stop() },
        { name: 'queue', timeoutMs: 2000, run: () => queue.close() },
        {
          name: 'redis',
          timeoutMs: 1000,
          run: () => [producer, cacheRedis, consumer, subscription].forEach((redis) => redis.disconnect()),
        },
        {
          name: 'mongo',
          timeoutMs: 2000,
          run: () => {
            unwatchMongo()
            return mongo.close()
          },
        },
      ]
    },
  }
}

/** A Redis that is full, or a replica, still answers PING. */
async function writeTo(redis: Redis, prefix: string): Promise<void> {
  if (redis.status !== 'ready') throw new Error('Redis cannot be reached')
  await redis.set(`${prefix}probe`, Date.now(), 'PX', PROBE_KEY_MS)
}

/** The storage watch logs why it is not. */
const isOurs = (folder: DataFolder): Promise<boolean> =>
  folder.check().then(
    () => true,
    () => false,
  )
