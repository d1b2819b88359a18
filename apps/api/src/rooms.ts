import type { FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FOLDERS, type TaskEstimate } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import { isS3Storage, type Storage } from '@darkroom/storage'
import { inspectUpload } from '@darkroom/images/inspect-upload'
import { createOutgoing } from '@darkroom/outgoing'
import { BACKGROUNDS, BACKGROUNDS_FOLDER } from '@darkroom/videos/check-input'
import type { Registry } from '@prometheus-io/client'
import { createApplying } from './applying/create-applying.ts'
import { AssetLibrary } from './assets/asset-library.ts'
import { createAudit } from './audit/create-audit.ts'
import { createBatches } from './batches/create-batches.ts'
import type { Connections } from './connections.ts'
import { createDeadLetters } from './dead-letters/create-dead-letters.ts'
import type { ApiEnv } from './env.ts'
import { createFollowing } from './following/create-following.ts'
import { createInstallation } from './installation/create-installation.ts'
import { createKeys } from './keys/create-keys.ts'
import type { OidcSettings } from './keys/oidc.ts'
import { createKinds } from './kinds/kinds.ts'
import { createMediator } from './mediator.ts'
import { createWatchers } from './metrics/watchers.ts'
import { createMigrations } from './mongo/migrations/create-migrations.ts'
import { createNotifications } from './notifications/create-notifications.ts'
import { createPhotos } from './photos/create-photos.ts'
import { createQueues } from './queues/create-queues.ts'
import { createRemoval } from './removal/create-removal.ts'
import type { Send } from './send.ts'
import { createStats } from './stats/create-stats.ts'
import { createSync } from './sync/create-sync.ts'
import { createAnnouncer } from './tasks/announce.ts'
import { createTaskCommands } from './tasks/commands/create-task-commands.ts'
import type { NewTask } from './tasks/commands/create-task.ts'
import { RetryTask } from './tasks/commands/retry-task.ts'
import { createTaskQueries } from './tasks/queries/create-task-queries.ts'
import { createUrlSigner } from './tasks/queries/url-signing.ts'
import type { CheckReports } from './tasks/report-fields.ts'
import { createStopJob } from './tasks/stop-job.ts'
import { TaskCache } from './tasks/task-cache.ts'
import { TaskStore } from './tasks/task-store.ts'
import { createTaskViews } from './tasks/task-view.ts'
import type { TaskRecord } from './tasks/task.ts'
import { createRemoveExpiredUploads } from './uploads/staged/remove-expired-uploads.ts'
import { StagedBytes } from './uploads/staged/staged-bytes.ts'
import { StagedUploadStore } from './uploads/staged/staged-upload-store.ts'
import { createPrepare } from './uploads/prepare-upload.ts'
import { createUsage } from './usage/create-usage.ts'
import { createCheckUrl } from './tasks/check-url.ts'
import { createWebhooks } from './webhooks/create-webhooks.ts'
import { WebhookDirectory } from './webhooks/webhook-directory.ts'
import { WebhookStore } from './webhooks/webhook-store.ts'

export type Rooms = ReturnType<typeof createRooms>

/** The assets that are part of Darkroom: paths by name. */
const SHIPPED = new Map(BACKGROUNDS.map((name) => [name, fileURLToPath(new URL(name, BACKGROUNDS_FOLDER))]))

/** Everything below HTTP, one line per room, and the mediator that leads to it. */
export function createRooms(
  env: ApiEnv,
  connections: Connections,
  given: { storage: Storage; log: Logger; registry: Registry; tracing: Tracing; stop: AbortSignal },
) {
  const { log, registry, tracing, stop } = given
  const { names, redis, queues, publish, tellWorkers } = connections
  const mongo = connections.db.connection
  const dataDir = resolve(env.DATA_DIR)
  const tempFolder = join(dataDir, FOLDERS.uploads)
  // The mediator is created from the handlers, and some rooms send commands themselves.
  const send: Send = (request) => mediator.send(request)

  const at = { storage: given.storage, dataDir }
  const installation = createInstallation({ ...at, mongo, producer: redis.producer, queues, log })
  const { storage, isOurs } = installation
  const inspect = (file: FileHandle) => inspectUpload(file, { maxPixels: env.IMAGE_MAX_PIXELS })
  const assets = new AssetLibrary({ storage, shipped: SHIPPED, storageFault: installation.probe })
  const kinds = createKinds({ assets })
  const views = createTaskViews(kinds)
  const webhookStore = new WebhookStore(mongo)
  const directory = new WebhookDirectory({ store: webhookStore, log })
  const store = new TaskStore(mongo, (tenant, id) => cache.taskInDoubt(tenant, id), directory.has, tracing)
  const following = createFollowing({ store, views, recheckMs: env.FOLLOW_RECHECK_MS, log })
  const { feed, history } = following
  const cache = new TaskCache(redis.cache, names.cachePrefix, log, {
    onRead: (kind, found) => watchers.cacheRead(kind, found),
    onTaskChanged: feed.changed,
  })
  const rooms = () => [sync, watchers, batches, photos, applying, following, webhooks, usage, stats]
  const listeners = () => rooms().map(({ onTask }) => onTask)
  const announcer = createAnnouncer({ cache, publish, listeners })
  const stopJob = createStopJob(queues, tellWorkers)
  const basis = { queues, kinds, views, store, storage, announcer, stopJob, send, log, tracing, now: Date.now }

  const batches = createBatches({ ...basis, mongo, publish, onBatch: (batch, event) => webhooks.onBatch(batch, event) })
  const outgoing = createOutgoing({ allowed: env.ALLOW_PRIVATE_ADDRESSES })
  const checkUrl = createCheckUrl(outgoing)
  const notifications = createNotifications(env, outgoing)
  const hooks = { webhooks: webhookStore, directory, outgoing, checkUrl, notifications, batches: batches.store }
  const webhooks = createWebhooks({ ...basis, ...hooks, env, redis, names, mongo, registry })
  const checkReports: CheckReports = (reports) => {
    if (reports.callbackUrl !== undefined) checkUrl(reports.callbackUrl, '/callbackUrl')
    notifications.check(reports)
  }
  const sync = createSync({ ...basis, env, mongo, redis, names, batches: batches.store, feed, history })
  const photos = createPhotos({ ...basis, env, mongo })
  const recordRemoved = async (task: TaskRecord): Promise<void> => {
    await Promise.all([batches.recordRemoved(task), photos.recordRemoved(task)])
  }
  const { appliedUntil, dispatch } = sync
  const stagedUploads = new StagedUploadStore(mongo)
  const removeExpiredUploads = createRemoveExpiredUploads({
    store: stagedUploads,
    bytes: new StagedBytes(storage, tempFolder),
    storage,
    orphanAgeMs: env.ORPHAN_AGE_MS,
  })
  const removal = createRemoval({
    ...basis,
    env,
    mongo,
    redis,
    names,
    tempFolder,
    recordRemoved,
    removeExpiredUploads,
    appliedUntil,
    isOurs,
  })
  const cleanups = removal.totals
  const migrations = createMigrations({ mongo, log })
  const { progress } = migrations
  const intervalMs = env.ESTIMATE_INTERVAL_MS
  const weights = env.TENANT_WEIGHTS
  const watchers = createWatchers({ ...basis, registry, cleanups, migrations: progress, intervalMs, weights })
  const { estimators } = watchers
  const workOf = ({ kind: { kind } }: TaskQueue) => estimators.of(kind).work()
  const applying = createApplying({ ...basis, env, refine: photos.refine })
  const estimate = (task: NewTask): TaskEstimate => estimators.of(task.kind).estimate(task)
  const commands = createTaskCommands({ ...basis, env, dispatch, estimate, onFilesLeft: removal.filesLeft })
  const signer = createUrlSigner(env.URL_SIGNING_KEYS ?? [])
  const keys = createKeys({ mongo, oidc: oidcOf(env), log, now: Date.now })
  const audit = createAudit({ mongo })
  const stats = createStats({ mongo, cleanups, log, stop, now: Date.now })
  const usage = createUsage({ ...basis, env, mongo, storedOf: stats.storedOf })

  const mediator = createMediator([
    ...commands.handlers,
    ...createTaskQueries({ ...basis, cache, signer }).handlers,
    ...applying.handlers,
    ...following.handlers(batches.store),
    ...removal.handlers,
    ...batches.handlers(commands.createTask),
    ...photos.handlers,
    ...createQueues({ queues: queues.all, workOf, log }).handlers,
    ...keys.handlers,
    ...audit.handlers,
    ...usage.handlers,
    ...stats.handlers,
    ...createDeadLetters({ mongo, retry: (tenant, id, notify) => send(new RetryTask(tenant, id, notify)) }).handlers,
  ])
  const observers = { watchers, estimators }
  return {
    ...basis,
    ...observers,
    assets,
    cache,
    tempFolder,
    stagedUploads,
    installation,
    migrations,
    feed,
    batches,
    photos,
    sync,
    removal,
    signer,
    keys,
    webhooks,
    checkReports,
    prepare: createPrepare({ inspect, isMoved: !isS3Storage(given.storage) }),
    audit,
    stats,
    usage,
    checkUrl,
  }
}

function oidcOf(env: ApiEnv): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = env
  if (issuer === undefined || audience === undefined) return undefined
  return { issuer, audience, tenantClaim: env.OIDC_TENANT_CLAIM, scopesClaim: env.OIDC_SCOPES_CLAIM }
}
