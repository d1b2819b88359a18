import { storageSettings, type Logger } from '@darkroom/runtime'
import { isS3Storage, type Storage } from '@darkroom/storage'
import type { Registry } from '@prometheus-io/client'
import type { Express } from 'express'
import type { Connections } from './connections.ts'
import type { ApiEnv } from './env.ts'
import { asRequest, createHttpApp, isProxy } from './http/app.ts'
import { clientOf } from './http/client-address.ts'
import { createLimitRequests } from './http/limit-requests.ts'
import { createHttpServer } from './http/server.ts'
import { SlowRequests } from './http/slow-requests.ts'
import type { Rooms } from './rooms.ts'
import { toApiLimits } from './routes/api-limits.ts'
import { createProbes } from './routes/create-probes.ts'
import { createRoutes } from './routes/create-routes.ts'
import type { KillWorker } from './routes/demo-routes.ts'
import { docsRoutes } from './routes/docs/docs-routes.ts'
import { createPageAccess } from './routes/page/page-access.ts'
import { pageRoutes } from './routes/page/page-routes.ts'
import type { Presign } from './routes/send-variant.ts'
import { createSockets } from './sockets/create-sockets.ts'
import { toAppError } from './to-app-error.ts'
import { createUploads } from './uploads/create-uploads.ts'
import { createStaged } from './uploads/staged/create-staged.ts'

interface Parts {
  env: ApiEnv
  connections: Connections
  storage: Storage
  rooms: Rooms
  registry: Registry
  isClosing: () => boolean
  /** The folder of the web page's build; without it there is none. */
  page: string | undefined
  /** Only in a demo. */
  killWorker: KillWorker | undefined
  log: Logger
}

/** The client side: uploads, probes, routes, the application and its server. */
export function createFront(parts: Parts) {
  const { env, connections, rooms, registry, isClosing, log } = parts
  const counting = { redis: connections.redis.cache, prefix: connections.names.cachePrefix, log }
  const { storage, signer, queues, assets, send } = rooms
  const slowRequests = new SlowRequests({ requestMs: env.REQUEST_TIMEOUT_MS, uploadStallMs: env.UPLOAD_STALL_MS })
  const uploads = uploadsOf(parts, slowRequests)
  const staged = stagedOf(parts, uploads)
  const probes = probesOf(parts)
  const downloads = { storage, storageFault: rooms.installation.probe, presign: presignOf(parts), signer }
  const routes = createRoutes({
    env,
    uploads,
    staged,
    assets,
    ...downloads,
    keys: rooms.keys,
    audit: rooms.audit,
    webhooks: rooms.webhooks.desk,
    limitRequests: createLimitRequests(counting),
    queues,
    probes,
    registry,
    isClosing,
    killWorker: parts.killWorker,
    send,
    log,
  })
  const sockets = createSockets({
    env,
    send,
    admit: routes.admit,
    callers: routes.callers,
    clientOf: (req) => clientOf(asRequest(app, req)),
    log,
  })
  const settings = { maxFileBytes: env.UPLOAD_MAX_BYTES, isDemo: parts.killWorker !== undefined }
  const accessOf = createPageAccess({ keysOn: env.AUTH === 'keys', findCaller: routes.findCaller })
  const page =
    parts.page === undefined ? [] : [pageRoutes({ folder: parts.page, settings, accessOf, bucket: bucketOf(env) })]
  const app: Express = createHttpApp({
    ...routes,
    root: [...page, docsRoutes(toApiLimits(env)), ...routes.atRoot, ...routes.operators, sockets.refusePolling],
    hostNames: env.ALLOWED_HOSTS,
    corsOrigins: env.CORS_ORIGINS,
    isPrivate: env.AUTH === 'keys',
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
    sockets,
  })
  return { app, server, uploads, sockets, endHeld: routes.endHeld }
}

/** Where browsers get files from, if they do not get them from here. */
function bucketOf(env: ApiEnv): string {
  const { s3 } = storageSettings(env)
  if (env.DOWNLOADS !== 'redirect' || !s3) return ''
  if (s3.endpoint === undefined) return 'https://*.amazonaws.com'
  const { protocol, host } = new URL(s3.endpoint)
  return s3.forcePathStyle ? `${protocol}//${host}` : `${protocol}//${s3.bucket}.${host}`
}

function presignOf({ env, storage }: Parts): Presign | undefined {
  if (env.DOWNLOADS !== 'redirect' || !isS3Storage(storage)) return undefined
  return (key, options) => storage.presign(key, options)
}

function uploadsOf({ env, connections: { db, redis, names }, rooms }: Parts, slowRequests: SlowRequests) {
  const { kinds, tempFolder, installation, store, removal, estimators, batches, usage, send } = rooms
  return createUploads({
    env,
    kinds,
    tempFolder,
    cacheRedis: redis.cache,
    cachePrefix: names.cachePrefix,
    isStoreAway: () => !db.isReady(),
    storageFault: installation.known,
    freeBytes: installation.freeBytes,
    roomIsLow: removal.roomIsLow,
    queued: estimators.waiting,
    checkQuota: (tenant, bytes) => usage.quotas.check(tenant, bytes),
    isTaskMade: async (tenant, key) => (await store.findByIdempotencyKey(tenant, key)) !== undefined,
    isBatchMade: batches.isMade,
    checkUrl: rooms.checkUrl,
    asUpload: slowRequests.asUpload,
    checkReports: rooms.checkReports,
    prepare: rooms.prepare,
    send,
  })
}

function stagedOf(
  { env, connections: { redis, names }, rooms, storage }: Parts,
  { folder }: ReturnType<typeof createUploads>,
) {
  return createStaged({
    ...{ env, folder },
    ...{ store: rooms.stagedUploads, storage: rooms.storage, kinds: rooms.kinds, send: rooms.send },
    ...{ redis: redis.cache, keyPrefix: names.cachePrefix, checkReports: rooms.checkReports },
    prepare: rooms.prepare,
    checkQuota: (tenant, bytes) => rooms.usage.quotas.check(tenant, bytes),
    presignPut: isS3Storage(storage) ? storage.presignPut : undefined,
  })
}

function probesOf({ connections: { db, redis, names }, rooms, log }: Parts) {
  const { store, installation, watchers } = rooms
  return createProbes({
    redis,
    cachePrefix: names.cachePrefix,
    isPrepared: db.isPrepared,
    pingStore: () => store.ping(),
    storageFaults: installation.faults,
    freeBytes: installation.freeBytes,
    backlog: watchers.backlog,
    log,
  })
}
