// A call of every method of every store, so that all queries can be inspected. A method that is
// missing here fails the test: add a line. The results of a call do not matter, as long as it sends
// each query of the method.
import type { AuditRecord, AuditStore } from '../../src/audit/audit-store.ts'
import { newBatchId, type BatchRecord, type BatchStore } from '../../src/batches/batch-store.ts'
import type { DeadLetterStore } from '../../src/dead-letters/dead-letter-store.ts'
import type { KeyRecord, KeyStore } from '../../src/keys/key-store.ts'
import type { SignInStore } from '../../src/keys/sign-in-store.ts'
import type { UploadTokenStore } from '../../src/keys/upload-token-store.ts'
import type { InstallationStore } from '../../src/installation/installation-store.ts'
import type { Migration } from '../../src/mongo/migrations/migration.ts'
import type { MigrationStore } from '../../src/mongo/migrations/migration-store.ts'
import type { PhotoStore } from '../../src/photos/photo-store.ts'
import type { ReadingStore } from '../../src/photos/reading-store.ts'
import type { RosterHead, RosterStore } from '../../src/photos/roster-store.ts'
import type { MinuteStore } from '../../src/stats/minute-store.ts'
import type { StatsStore } from '../../src/stats/stats-store.ts'
import type { CleanupTotalsStore } from '../../src/removal/cleanup-totals-store.ts'
import type { ExpiryStore } from '../../src/removal/expiry-store.ts'
import type { CheckStore } from '../../src/sync/check-store.ts'
import { toObjectId } from '../../src/tasks/task-model.ts'
import { newTaskId, type TaskStore } from '../../src/tasks/task-store.ts'
import { moveFor, type Move } from '../../src/tasks/task.ts'
import { newUploadId, type StagedUploadStore } from '../../src/uploads/staged/staged-upload-store.ts'
import type { UsageStore } from '../../src/usage/usage-store.ts'
import { newDelivery } from '../../src/webhooks/delivery-record.ts'
import type { DeliveryLogStore } from '../../src/webhooks/delivery-log-store.ts'
import type { DeliveryStore } from '../../src/webhooks/delivery-store.ts'
import type { DueEventsStore } from '../../src/webhooks/due-events-store.ts'
import { newWebhookId, type WebhookRecord, type WebhookStore } from '../../src/webhooks/webhook-store.ts'
import { historyOf, newRecord } from '../task-history.ts'

export interface Call<Store> {
  run: (store: Store) => Promise<unknown>
  /** Fields by which the documents found by an index are filtered: state why those are few. */
  sifts?: readonly string[]
  /** Why it may read all matches, without a limit. */
  readsAll?: string
}

type Calls<Store> = {
  [Method in keyof Store as Store[Method] extends (...given: never[]) => unknown ? Method : never]:
    | Call<Store>['run']
    | Call<Store>
    | readonly Call<Store>[]
}

const tenant = 'mine'
const now = new Date()
const task = newRecord({ tenant, nextCheckAt: now })
const { id } = task
const [event] = historyOf(task, [{ progress: 0, end: 'running' }])
const move = moveFor(event!, 0) as Move
const fence = { id, tenant, epoch: 1, seq: 1 }
const batch: BatchRecord = {
  id: newBatchId(),
  tenant,
  createdAt: now,
  total: null,
  completedAt: null,
  nextCheckAt: now,
}
const kind = 'image.optimize'
const after = { after: { createdAt: now, id } }
const first = { skip: 0 }
const listed = (filter: Parameters<TaskStore['list']>[0], sifts: string[] = []): Call<TaskStore>[] =>
  [first, after].map((start) => ({ run: (store) => store.list(filter, start, 20), sifts }))
const counted = (filter: Parameters<TaskStore['count']>[0], sifts: string[] = []): Call<TaskStore> => ({
  run: (store) => store.count(filter, 10),
  sifts,
})
/**
 * Each single filter is supported by an index; with two, the second filters what the first finds,
 * until the page is full or the time limit is reached.
 */
const FILTERS = [
  [{ tenant }],
  [{ tenant, status: 'failed' }],
  [{ tenant, status: ['failed', 'cancelled'] }],
  [{ tenant, kind }],
  [{ tenant, priority: 'batch' }],
  [{ tenant, kind, priority: 'batch' }],
  [{ tenant, batchId: batch.id }],
  [{ tenant, album: 'valencia-2026' }],
  [{ tenant, code: 'IMAGE_CORRUPT' }],
  [{ tenant, workerId: 'photos-1' }],
  [{ tenant, createdFrom: now, createdTo: now }],
  [{ tenant, q: 'beach' }],
  [{ tenant, q: id }],
  [{ tenant, q: task.jobId }],
  [{ tenant, q: 'IMAGE_CORRUPT' }],
  // What is longer than the beginnings in the index filters what they find.
  [{ tenant, q: 'IMG2026053012' }, ['words']],
  // The longest word is the rarest.
  [{ tenant, q: 'beach jpg', status: 'failed' }, ['status', 'words']],
  [{ tenant, status: 'failed', code: 'IMAGE_CORRUPT', createdFrom: now }, ['status']],
  [{ tenant, status: 'failed', priority: 'batch' }, ['kind', 'priority']],
] as const satisfies [Parameters<TaskStore['list']>[0], string[]?][]

const tasks: Calls<TaskStore> = {
  ping: (store) => store.ping(),
  prepare: (store) => store.prepare(),
  // One task remains due for a check: otherwise a claim would not send its other queries.
  insert: [task, newRecord({ tenant, nextCheckAt: now })].map((record) => ({ run: (store) => store.insert(record) })),
  // Few of the tasks that still need checks have ended.
  countUnfinished: { run: (store) => store.countUnfinished(10), sifts: ['status'] },
  countStuck: { run: (store) => store.countStuck(now, 10), sifts: ['status'] },
  recentRuns: (store) => store.recentRuns(tenant, 10),
  find: (store) => store.find(tenant, id),
  revisions: (store) => store.revisions([id]),
  findByJobId: (store) => store.findByJobId(tenant, task.jobId),
  findByIdempotencyKey: (store) => store.findByIdempotencyKey(tenant, 'key'),
  isDurable: (store) => store.isDurable(tenant, id),
  forgetIdempotencyKey: (store) => store.forgetIdempotencyKey(tenant, 'key', now),
  existing: (store) => store.existing([id]),
  listedFiles: {
    run: (store) => store.listedFiles(['output/a.jpg']),
    readsAll: 'the tasks that share one of these files',
  },
  list: FILTERS.flatMap(([filter, sifts]) => listed(filter, [...(sifts ?? [])])),
  count: FILTERS.map(([filter, sifts]) => counted(filter, [...(sifts ?? [])])),
  ofBatch: { run: (store) => store.ofBatch(tenant, batch.id), readsAll: 'the tasks of one batch' },
  idsOfBatch: { run: (store) => store.idsOfBatch(tenant, batch.id), readsAll: 'the tasks of one batch' },
  move: (store) => store.move(fence, move),
  restart: (store) => store.restart(task, move),
  edit: (store) => store.edit(task, { name: 'b' }),
  markDeleted: (store) => store.markDeleted(task, now),
  ttlOf: (store) => store.ttlOf(tenant, id),
}

const checks: Calls<CheckStore> = {
  markSent: (store) => store.markSent([task], now),
  postpone: (store) => store.postpone([id], now),
  settle: (store) => store.settle(task),
  now: (store) => store.now(),
  claimDue: (store) => store.claimDue({ now, leaseMs: 1000, limit: 10, claimant: 'a' }),
  checkNow: (store) => store.checkNow([id]),
  checkAllNow: (store) => store.checkAllNow(),
}

const expiries: Calls<ExpiryStore> = {
  dueToExpire: (store) => store.dueToExpire(now, 10),
  dueToPurge: (store) => store.dueToPurge(now, 10),
  postponePurge: (store) => store.postponePurge(id, now),
  markPurged: (store) => store.markPurged(id, now),
  // Few tasks have files that could not be removed yet.
  dueToRemove: { run: (store) => store.dueToRemove(now, 10), sifts: ['purgeAt'] },
  remove: (store) => store.remove(id),
  isKnown: (store) => store.isKnown(id),
  // Tasks that share a file are alike, and the first live one is enough.
  isLive: { run: (store) => store.isLive('output/a.jpg'), sifts: ['status'] },
  // Only tasks with the same original, and only the unfinished ones.
  isWorkingOn: { run: (store) => store.isWorkingOn('a'), sifts: ['status'] },
  // The first unfinished task that is old enough is enough.
  isAnyUnfinished: { run: (store) => store.isAnyUnfinished(now), sifts: ['createdAt', 'status'] },
}

const BATCH_FILTERS: [Parameters<BatchStore['list']>[0], string[]?][] = [
  [{ tenant }],
  [{ tenant, createdFrom: now, createdTo: now }],
  [{ tenant, status: 'processing' }],
  [{ tenant, status: 'processing', createdFrom: now }],
  // Nearly all are.
  [{ tenant, status: 'completed', createdTo: now }, ['completedAt']],
]
const batches: Calls<BatchStore> = {
  prepare: (store) => store.prepare(),
  insert: (store) => store.insert(batch),
  find: (store) => store.find(tenant, batch.id),
  list: BATCH_FILTERS.flatMap(([filter, sifts = []]) =>
    [first, after].map((start) => ({ run: (store: BatchStore) => store.list(filter, start, 20), sifts })),
  ),
  count: BATCH_FILTERS.map(([filter, sifts = []]) => ({ run: (store) => store.count(filter, 10), sifts })),
  findByIdempotencyKey: (store) => store.findByIdempotencyKey(tenant, 'key'),
  forgetIdempotencyKey: (store) => store.forgetIdempotencyKey(tenant, 'key', now),
  seal: (store) => store.seal(batch.id, 1, now),
  removeUnsealed: (store) => store.removeUnsealed(newTaskId()),
  complete: (store) => store.complete(tenant, batch.id, now),
  due: (store) => store.due(now, 10),
  removeIfEmpty: (store) => store.removeIfEmpty(batch.id),
  postpone: (store) => store.postpone(batch.id, now),
  dueToTell: (store) => store.dueToTell(now, 10),
  told: (store) => store.told(batch.id),
  hasUnfinished: (store) => store.hasUnfinished(tenant, batch.id),
  tally: (store) => store.tally(tenant, batch.id),
  tallies: (store) => store.tallies(tenant, [batch.id]),
}

const cleanups: Calls<CleanupTotalsStore> = {
  add: (store) => store.add({ tasksExpired: 0, filesRemoved: 0, bytesFreed: 0, recordsRemoved: 0, durationMs: 0 }, now),
  read: (store) => store.read(),
}

const deadLetters: Calls<DeadLetterStore> = {
  groups: [
    { run: (store) => store.groups({ tenant }, 10) },
    { run: (store) => store.groups({ tenant, code: 'IMAGE_CORRUPT' }, 10), sifts: ['status'] },
  ],
  count: [
    { run: (store) => store.count({ tenant }, 10) },
    { run: (store) => store.count({ tenant, code: 'IMAGE_CORRUPT', createdFrom: now }, 10), sifts: ['status'] },
  ],
  ids: [
    { run: (store) => store.ids({ tenant }, 10) },
    { run: (store) => store.ids({ tenant, code: 'IMAGE_CORRUPT', createdTo: now }, 10), sifts: ['status'] },
  ],
  failedAmong: (store) => store.failedAmong(tenant, [id]),
}

const album = 'valencia-2026'
const photos: Calls<PhotoStore> = {
  albumOf: (store) => store.albumOf(tenant, id),
  byIds: (store) => store.byIds(tenant, [id]),
  counts: (store) => store.counts(tenant, album, 10),
  albums: (store) => store.albums(tenant, 10),
  completedAfter: ['', id].map((from) => ({ run: (store) => store.completedAfter(tenant, album, from, 10) })),
  due: (store) => store.due(now, 10),
  settle: (store) => store.settle(task),
}

const reading = { tenant, album, photo: id, number: '587', confidence: 0.9, trust: 0.9 }
const readingAfter = { value: 0.5, id: `${id}.587` }
const readings: Calls<ReadingStore> = {
  prepare: (store) => store.prepare(),
  replace: (store) => store.replace(id, 1, [reading]),
  find: [{ number: '587' }, { part: '58' }, { number: '587', album }, { part: '58', album }].flatMap((wanted) =>
    [undefined, readingAfter].map((from) => ({
      run: (store: ReadingStore) => store.find({ tenant, minConfidence: 0.6, ...wanted }, from, 10),
    })),
  ),
  review: [undefined, readingAfter].map((from) => ({
    run: (store: ReadingStore) => store.review({ tenant, album, below: 0.8 }, from, 10),
  })),
  count: [
    { run: (store) => store.count({ tenant, album }, 10) },
    { run: (store) => store.count({ tenant, album, below: 0.8 }, 10) },
  ],
  removeOf: (store) => store.removeOf(id),
}

const head: RosterHead = { tenant, album, version: 'a', count: 1, updatedAt: now, applyAt: now, applyAfter: '' }
const rosters: Calls<RosterStore> = {
  prepare: (store) => store.prepare(),
  put: (store) => store.put(tenant, album, [{ number: '587' }], now),
  head: (store) => store.head(tenant, album),
  numbers: (store) => store.numbers(tenant, album),
  latest: (store) => store.latest(tenant, 10),
  find: (store) => store.find(tenant, album),
  claim: (store) => store.claim(now, 1000),
  advance: (store) => store.advance(head, id, now),
  release: (store) => store.release(head, now),
  finish: [{ run: (store) => store.finish(head) }, { run: (store) => store.finish({ ...head, count: null }) }],
  remove: (store) => store.remove(tenant, album, now),
}

const stats: Calls<StatsStore> = {
  sums: (store) => store.sums('0'.repeat(24), 10),
  recentTimes: (store) => store.recentTimes(tenant, 10),
  totals: (store) => store.totals(),
  claim: (store) => store.claim({ claimant: 'a', now, forMs: 1000, since: null }),
  saveTotals: (store) => store.saveTotals({ groups: [], at: now, tookMs: 1 }),
}

const ended = { completed: 1, failed: 0, bytesIn: 1, bytesOut: 1, waitMs: 1, runMs: 1 }
const minutes: Calls<MinuteStore> = {
  prepare: (store) => store.prepare(),
  add: (store) => store.add([{ tenant, at: now, ended }]),
  since: (store) => store.since(tenant, now),
}

const installations: Calls<InstallationStore> = {
  find: (store) => store.find(),
  claim: (store) => store.claim('a', now),
  someOriginals: (store) => store.someOriginals(10),
}

const key: KeyRecord = {
  ...{ id: 'a', hash: 'b', tenant, name: 'c', scopes: [], createdAt: now },
  ...{ expiresAt: null, revokedAt: null, lastUsedAt: null },
}
// Each is the only document with this id.
const keys: Calls<KeyStore> = {
  prepare: (store) => store.prepare(),
  insert: (store) => store.insert({ ...key, id: newTaskId() }),
  find: (store) => store.find('a'),
  list: (store) => store.list(tenant),
  revoke: { run: (store) => store.revoke('a', now), sifts: ['revokedAt'] },
  expire: { run: (store) => store.expire('a', now), sifts: ['revokedAt'] },
  noteUse: (store) => store.noteUse('a', now),
}
const signIns: Calls<SignInStore> = {
  prepare: (store) => store.prepare(),
  create: (store) => store.create('code', 'a', now),
  keyOf: (store) => store.keyOf('a', now),
  redeem: { run: (store) => store.redeem('a', now), sifts: ['use'] },
  remove: (store) => store.remove('a'),
}
const grant = { tenant, keyId: null, kind: null, maxBytes: null, origin: null }
const uploadTokens: Calls<UploadTokenStore> = {
  prepare: (store) => store.prepare(),
  create: (store) => store.create(grant, 1, now),
  take: { run: (store) => store.take('a', now), sifts: ['left', 'expiresAt'] },
  giveBack: (store) => store.giveBack('a'),
}

const uploadId = newUploadId()
const stagedUploads: Calls<StagedUploadStore> = {
  prepare: (store) => store.prepare(),
  insert: (store) =>
    store.insert({
      ...{ id: uploadId, tenant, bytes: 1, metadata: {}, idempotencyKey: null, taskId: null },
      ...{ createdAt: now, expiresAt: now },
    }),
  find: (store) => store.find(uploadId),
  // The only document with this id.
  finish: { run: (store) => store.finish(uploadId, id), sifts: ['taskId'] },
  remove: (store) => store.remove(uploadId),
  countOpen: (store) => store.countOpen(tenant, 10),
  expired: (store) => store.expired(now, 10, 0),
  existing: (store) => store.existing([uploadId]),
}
const usage: Calls<UsageStore> = {
  prepare: (store) => store.prepare(),
  add: (store) => store.add(tenant, '2026-05-04', { tasks: 1, bytes: 1 }),
  of: (store) => store.of(tenant, '2026-05-04'),
  days: (store) => store.days(tenant, { from: '2026-05-03', to: '2026-05-04' }),
}
const act: AuditRecord = {
  ...{ at: now, tenant, keyId: 'a', address: '192.0.2.7', action: 'b', path: '/' },
  ...{ request: null, result: null, status: null },
}
const audit: Calls<AuditStore> = {
  prepare: (store) => store.prepare(),
  insert: (store) => store.insert(act),
  complete: {
    run: (store) => store.complete(id, { status: 200, request: null, result: null }),
    sifts: ['status'],
  },
  list: [undefined, tenant].flatMap((whose) =>
    [undefined, id].map((before) => ({ run: (store: AuditStore) => store.list({ tenant: whose, before, limit: 10 }) })),
  ),
}

const migration: Migration = {
  ...{ id: 'a', description: '', collection: 'tasks' },
  ...{ outdated: { files: { $exists: false } }, up: [{ $set: { files: [] } }] },
}
const ofBatch = { sifts: ['files'], readsAll: 'the documents of one batch' }
const migrations: Calls<MigrationStore> = {
  states: (store) => store.states(['a']),
  begin: (store) => store.begin('a', 'me', 1),
  takeOver: (store) => store.takeOver('a', 'me', 1),
  record: (store) => store.record('a', 'me', { position: null, checked: 1, changed: 1 }),
  finish: (store) => store.finish('a', 'me'),
  release: (store) => store.release('a', 'me'),
  size: (store) => store.size(migration),
  next: (store) => store.next(migration, toObjectId(id), 10),
  apply: { run: (store) => store.apply(migration, [toObjectId(id)]), ...ofBatch },
  countOutdated: { run: (store) => store.countOutdated(migration, [toObjectId(id)]), ...ofBatch },
}

/** By store and method. */
const webhook: WebhookRecord = {
  ...{ id: newWebhookId(), tenant, url: 'https://a.example/', description: '', events: [], kinds: [], secrets: [] },
  ...{ disabled: null, createdAt: now, updatedAt: now },
}
const webhooks: Calls<WebhookStore> = {
  prepare: (store) => store.prepare(),
  insert: (store) => store.insert(webhook),
  all: (store) => store.all(),
  list: (store) => store.list(tenant),
  count: (store) => store.count(tenant),
  find: (store) => store.find(tenant, webhook.id),
  update: (store) => store.update(tenant, webhook.id, { description: 'a' }),
  disable: (store) => store.disable(tenant, webhook.id, now, 'a'),
  remove: (store) => store.remove(tenant, newWebhookId()),
  callbackSecrets: (store) => store.callbackSecrets(tenant, { secret: 'a', expiresAt: null }),
  setCallbackSecrets: (store) => store.setCallbackSecrets(tenant, []),
}

const about = { tenant, taskId: id, batchId: null, epoch: 1, seq: 1, messageId: 'a' }
const delivery = newDelivery(
  webhook.id,
  { ...about, channel: 'http', webhookId: webhook.id, to: webhook.url, lane: 'a', event: 'task.created', body: '' },
  now,
)
const attempt = { at: now, durationMs: 1, status: 200, error: null, response: '' }
const settled = { state: 'delivered', nextAt: null, endedAt: now, made: 1 } as const
const of = { tenant, webhookId: webhook.id }
const range = { from: now, to: now, state: 'failed' } as const
const EACH_ENDS = 'each of them has to end'
const deliveries: Calls<DeliveryStore> = {
  prepare: (store) => store.prepare(),
  insert: (store) => store.insert([delivery]),
  sending: (store) => store.sending(now),
  // The full lanes are few, and so are their deliveries that are due before the others.
  due: { run: (store) => store.due(now, ['a'], 10), sifts: ['lane'] },
  claim: (store) => store.claim([delivery.id], 'a', now, now),
  release: (store) => store.release([delivery.id], 'a', now),
  claimed: (store) => store.claimed(delivery.id, 'a'),
  begin: (store) => store.begin(delivery),
  before: (store) => store.before(delivery),
  // The open ones of one stream.
  wakeNext: { run: (store) => store.wakeNext(delivery.stream, now), sifts: ['state', 'made'] },
  settle: (store) => store.settle(delivery, attempt, settled),
  failAll: { run: (store) => store.failAll(tenant, webhook.id, now), readsAll: EACH_ENDS },
  failStream: { run: (store) => store.failStream(delivery.stream, now), readsAll: EACH_ENDS },
}
const deliveryLog: Calls<DeliveryLogStore> = {
  // After an outage of days, nearly all since then have failed; it ends with the first.
  hasDelivered: { run: (store) => store.hasDelivered(tenant, webhook.id, now), sifts: ['state'] },
  find: (store) => store.find(tenant, webhook.id, delivery.id),
  // A page of what one webhook got in thirty days.
  list: [
    { run: (store) => store.list(of, undefined, 10) },
    { run: (store) => store.list(of, { createdAt: now, id: delivery.id }, 10) },
    {
      run: (store) => store.list({ ...of, state: 'failed', event: 'a', taskId: id }, undefined, 10),
      sifts: ['state', 'event', 'taskId'],
    },
  ],
  resend: (store) => store.resend(tenant, webhook.id, delivery.id, now),
  resendAll: { run: (store) => store.resendAll(of, range, now), sifts: ['state'], readsAll: 'a person asks for these' },
}
const dueEvents: Calls<DueEventsStore> = {
  due: (store) => store.due(now, 10),
  told: (store) => store.told(task),
}

export const STORE_CALLS = {
  TaskStore: tasks,
  CheckStore: checks,
  ExpiryStore: expiries,
  BatchStore: batches,
  CleanupTotalsStore: cleanups,
  DeadLetterStore: deadLetters,
  PhotoStore: photos,
  ReadingStore: readings,
  RosterStore: rosters,
  StatsStore: stats,
  MinuteStore: minutes,
  InstallationStore: installations,
  MigrationStore: migrations,
  KeyStore: keys,
  SignInStore: signIns,
  UploadTokenStore: uploadTokens,
  StagedUploadStore: stagedUploads,
  WebhookStore: webhooks,
  DeliveryStore: deliveries,
  DeliveryLogStore: deliveryLog,
  DueEventsStore: dueEvents,
  UsageStore: usage,
  AuditStore: audit,
} as unknown as Record<string, Record<string, Call<unknown>['run'] | Call<unknown> | readonly Call<unknown>[]>>
