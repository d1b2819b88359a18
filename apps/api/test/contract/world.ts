import { createHash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import {
  DEFAULT_TENANT,
  originalKey,
  toStoredFile,
  type DownloadUrl,
  type StoredFile,
  type Task,
  type Variant,
} from '@darkroom/contracts'
import { sampleJpeg, until, startTcpProxy } from '@darkroom/testing'
import { inject } from 'vitest'
import { sendJson } from './row.ts'
import { addAlbum } from './album-world.ts'
import { endAs } from '../end-task.ts'
import { fieldPart, filePart, type Part } from '../multipart.ts'
import { startTestApi, type TestApi } from '../start-test-api.ts'
import { completedOf, historyOf, newRecord, thumbOf, variantOf } from '../task-history.ts'
import { fatal, startTestWorker } from '../test-worker.ts'
import { BatchStore, newBatchId } from '../../src/batches/batch-store.ts'
import type { SourceOf } from '../../src/tasks/kind.ts'
import { newTaskId, TaskStore } from '../../src/tasks/task-store.ts'

/** The files of the batch, in the order of its form and in all fields that accept files. */
export const BATCH_NAMES = Array.from('jihgfedcba', (letter) => `${letter}.jpg`)
const BATCH_FIELDS = ['image', 'files', 'file']

/** An asset of `main`. */
export const ASSET_NAME = 'harbour.jpg'

export const ADMIN_TOKEN = 'the-token-of-the-contract'
const SIGNING_KEY = `k1:${'s'.repeat(32)}`

type State = 'pending' | 'processing' | 'completed' | 'cancelled'

const PHOTO_STATES = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired'] as const
type PhotoState = (typeof PHOTO_STATES)[number]

export interface World {
  /** Healthy, with an admin token and keys to sign URLs. */
  main: TestApi
  /** Without token and keys; allows no waiting requests, and its disk counts as full. */
  strict: TestApi
  /** A task of `strict`. */
  strictTask: Task
  /** A batch of `strict`. */
  strictBatchId: string
  /** Its stores are unreachable. */
  away: TestApi
  /** Its data folder is unusable. */
  noDisk: TestApi
  /** A completed task of `noDisk`. */
  noDiskTask: string
  /** Its queue is full. */
  busy: TestApi
  photo: Buffer
  /** One task in each state, and one that waits for its next attempt; no row changes them. */
  tasks: Record<State | 'failed' | 'expired' | 'retrying' | 'withoutFile' | 'small', Task>
  /** Photos of races, one in each state. */
  photos: Record<PhotoState, Task>
  /** A failed task for the only row that replays it. */
  replayable: Task
  batchId: string
  /** None of its tasks is completed. */
  openBatchId: string
  /** Some are. */
  endedBatchId: string
  /** Of a signed URL of the completed task. */
  token: string
  /** An upload without bytes. */
  uploadId: string
  /** A webhook, and a delivery to it that goes on failing. */
  webhook: { id: string; deliveryId: string }
  /** A new task for a row that changes it. */
  fresh: (state: State) => Promise<Task>
  stop: () => Promise<void>
}

/** Several APIs, with everything that the rows of the contract need. */
export async function createWorld(): Promise<World> {
  const photo = await sampleJpeg({ width: 64, height: 48 })
  const main = await startTestApi({
    ADMIN_TOKEN,
    URL_SIGNING_KEYS: SIGNING_KEY,
    CLEANUP_INTERVAL_MS: '200',
    UPLOADS_PER_ADDRESS: '2',
    ALLOW_PRIVATE_ADDRESSES: '127.0.0.1',
  })
  await main.request(`/api/v1/assets/${ASSET_NAME}`, { method: 'PUT', body: new Uint8Array(photo) })
  const strict = await startTestApi({
    ADMIN_TOKEN: '',
    FOLLOWERS_PER_TASK: '0',
    MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER),
  })
  const [noDisk, busy] = [await withoutDisk(), await withFullQueue(photo)]
  const { away, stop: stopAway } = await withoutStores()

  // On a busy machine, uploads that have ended still count for a moment.
  const upload = (name = 'photo.jpg'): Promise<Task> =>
    until(
      async () => {
        const { status, body } = await main.upload(photo, [fieldPart('name', name)])
        return status === 202 && (body as Task)
      },
      { what: 'an accepted upload' },
    )
  const becomes = (task: Task, status: Task['status']): Promise<Task> =>
    until(
      async () => {
        const now = (await main.request(task.links.self)).body as Task
        return now.status === status && now
      },
      { what: `a task that is ${status}` },
    )
  const kept = await Promise.all([keep(main, '1024', 768), keep(main, '800', 600)])
  const thumb = await keepThumb(main)
  const completed = async (images: Variant[] = kept): Promise<Task> => {
    const task = await upload()
    await main.tell({ ...completedOf(task, images), thumb })
    return becomes(task, 'completed')
  }
  const fresh = async (state: State): Promise<Task> => {
    if (state === 'completed') return completed()
    const task = await upload()
    if (state === 'cancelled') return endAs(main, task, 'cancelled')
    if (state === 'processing') await main.tell(historyOf(task, [{ progress: 0, end: 'running' }])[0]!)
    return becomes(task, state)
  }

  const [failed, replayable] = await failedTasks(main, upload, becomes)
  const tasks = {
    pending: await fresh('pending'),
    processing: await fresh('processing'),
    completed: await fresh('completed'),
    cancelled: await fresh('cancelled'),
    failed: failed!,
    expired: await expire(main, await completed(), becomes),
    retrying: await waitForRetry(main, await upload(), becomes),
    withoutFile: await completed([await lose(main)]),
    small: await completed(kept.slice(0, 1)),
  }
  await addAlbum(main, kept.map(toStoredFile))
  const batchFiles = BATCH_NAMES.map((filename, index) =>
    filePart(photo, filename, BATCH_FIELDS[index % BATCH_FIELDS.length]),
  )
  const { body } = await main.post('/api/v1/batches', batchFiles)
  const { batchId } = body as { batchId: string }
  const [openBatchId, endedBatchId] = [await sendOne(main, batchFiles[0]!), await sendOne(main, batchFiles[0]!)]
  const photos = await photosIn(main, kept, tasks.completed.source)
  await main.database
    .collection('tasks')
    .updateOne({ jobId: photos.completed.jobId }, { $set: { batchId: endedBatchId } })

  const upcoming = await main.request('/api/v1/uploads', {
    method: 'POST',
    headers: { 'tus-resumable': '1.0.0', 'upload-length': '100' },
  })
  const uploadId = upcoming.headers.get('location')?.slice(-32) ?? ''

  const noDiskTask = newRecord()
  await new TaskStore(noDisk.database).insert({ ...noDiskTask, status: 'completed', files: kept.map(toStoredFile) })
  const record = newRecord()
  await new TaskStore(strict.database).insert(record)
  const strictBatchId = newBatchId()
  await new BatchStore(strict.database).insert({
    ...{ id: strictBatchId, tenant: DEFAULT_TENANT, createdAt: new Date() },
    ...{ total: null, completedAt: null, nextCheckAt: null },
  })
  const strictTask = (await strict.request(`/api/v1/tasks/${record.id}`)).body as Task
  const stop = async (): Promise<void> => {
    await stopAway()
    await strict.stop()
    await noDisk.stop()
    await busy.stop()
    await main.stop()
  }
  return {
    main,
    strict,
    strictTask,
    strictBatchId,
    away,
    noDisk,
    noDiskTask: noDiskTask.id,
    busy,
    photo,
    tasks,
    photos,
    replayable: replayable!,
    batchId,
    openBatchId,
    endedBatchId,
    token: new URL((await sign(main, tasks.completed)).url).pathname.slice('/d/'.length),
    uploadId,
    webhook: await addWebhook(main),
    fresh,
    stop,
  }
}

async function sign(api: TestApi, { links }: Task): Promise<DownloadUrl> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  return (await api.request(`${links.self}/download-url`, init)).body as DownloadUrl
}

/** Nobody listens at its URL. */
async function addWebhook(api: TestApi): Promise<World['webhook']> {
  const fields = { url: 'http://127.0.0.1:9999/', events: ['webhook.disabled'] }
  const created = await api.request('/api/v1/webhooks', { method: 'POST', ...sendJson(fields) })
  const { id } = created.body as { id: string }
  const { body } = await api.request(`/api/v1/webhooks/${id}/ping`, { method: 'POST' })
  return { id, deliveryId: (body as { id: string }).id }
}

async function withoutDisk(): Promise<TestApi> {
  const noDisk = await startTestApi({ DATA_DIR: '/proc/none' }, { waitUntilReady: false })
  const hasStore = async () =>
    ((await noDisk.request('/health')).body as { services: { mongo: boolean } }).services.mongo
  await until(hasStore, { what: 'the store' })
  return noDisk
}

async function withFullQueue(photo: Buffer): Promise<TestApi> {
  const busy = await startTestApi({ QUEUE_MAX_WAITING: '1' })
  await until(async () => (await busy.upload(photo)).status === 503, { what: 'a refusal' })
  return busy
}

async function withoutStores(): Promise<{ away: TestApi; stop: () => Promise<void> }> {
  const proxies = [await startTcpProxy(inject('redisUrl')), await startTcpProxy(inject('mongoUrl'))] as const
  const [redis, mongo] = proxies
  const away = await startTestApi({ ADMIN_TOKEN, REDIS_URL: redis.url }, { mongoServer: mongo.url })
  await Promise.all(proxies.map((proxy) => proxy.cut()))
  return {
    away,
    stop: async () => {
      await Promise.all(proxies.map((proxy) => proxy.restore()))
      await until(async () => (await away.request('/health')).status === 200, {
        what: 'the stores to be back',
        timeoutMs: 20_000,
      })
      await away.stop()
      await Promise.all(proxies.map((proxy) => proxy.stop()))
    },
  }
}

/** A file in the storage, named like those of workers. */
async function keep(api: TestApi, resolution: '1024' | '800', height: number, seed = 1): Promise<Variant> {
  const bytes = await sampleJpeg({ width: Number(resolution), height, seed })
  const variant = variantOf(resolution, height, createHash('md5').update(bytes).digest('hex'), bytes.length)
  await api.storage.put(variant.path, bytes)
  return variant
}

async function keepThumb(api: TestApi): Promise<StoredFile> {
  const bytes = await sampleJpeg({ width: 320, height: 240 })
  const thumb = thumbOf(createHash('md5').update(bytes).digest('hex'), bytes.length)
  await api.storage.put(thumb.path, bytes)
  return thumb
}

async function lose(api: TestApi): Promise<Variant> {
  const variant = await keep(api, '1024', 768, 2)
  await unlink(api.storage.resolve(variant.path))
  return variant
}

type Becomes = (task: Task, status: Task['status']) => Promise<Task>

/** A photo of a race in each state, as its document says. */
async function photosIn(api: TestApi, kept: Variant[], source: Task['source']): Promise<Record<PhotoState, Task>> {
  const store = new TaskStore(api.database)
  const [finishedAt, expiresAt] = [new Date(), new Date(Date.now() + 3_600_000)]
  const insert = async (status: PhotoState): Promise<Task> => {
    const hasEnded = status !== 'pending' && status !== 'processing'
    const wasRead = status === 'completed' || status === 'expired'
    const id = newTaskId()
    const record = newRecord({
      id,
      kind: 'photo.bibs',
      source: { ...(source as SourceOf<'photo.bibs'>), album: 'valencia-2026' },
      originalPath: originalKey({ tenant: DEFAULT_TENANT, folder: 'photos', taskId: id, extension: 'jpg' }),
      status,
      // Nothing changes it.
      nextCheckAt: null,
      result: wasRead ? { bibs: [] } : {},
      ...(status === 'completed' && { files: kept.map(toStoredFile) }),
      ...(status === 'failed' && { error: { code: 'IMAGE_CORRUPT', message: 'It is damaged', retryable: false } }),
      ...(wasRead && { processingTimeMs: 900 }),
      ...(hasEnded && { finishedAt, expiresAt }),
    })
    await store.insert(record)
    return (await api.request(`/api/v1/tasks/${record.id}`)).body as Task
  }
  const inserted = await Promise.all(PHOTO_STATES.map(async (status) => [status, await insert(status)] as const))
  return Object.fromEntries(inserted) as Record<PhotoState, Task>
}

async function failedTasks(api: TestApi, upload: () => Promise<Task>, becomes: Becomes): Promise<Task[]> {
  const worker = await startTestWorker(api, { work: () => Promise.reject(fatal('IMAGE_CORRUPT')) })
  const tasks = [await upload(), await upload()]
  const failed = await Promise.all(tasks.map((task) => becomes(task, 'failed')))
  await worker.stop()
  return failed
}

async function expire(api: TestApi, task: Task, becomes: Becomes): Promise<Task> {
  await api.database
    .collection('tasks')
    .updateOne({ jobId: task.jobId }, { $set: { expiresAt: new Date(0) }, $inc: { rev: 1 } })
  return becomes(task, 'expired')
}

async function waitForRetry(api: TestApi, task: Task, becomes: Becomes): Promise<Task> {
  const events = historyOf(task, [{ progress: 1, end: 'retry' }])
  await api.tell(events[0]!)
  await becomes(task, 'processing')
  await api.tell(events[1]!)
  const hasProgress = async () => ((await api.request(task.links.self)).body as Task).progress.percent > 0
  await until(hasProgress, { what: 'a task with progress' })
  await api.tell(events[2]!)
  return becomes(task, 'pending')
}

/** A batch of one photo. Returns its id. */
async function sendOne(api: TestApi, photo: Part): Promise<string> {
  const { body } = await api.post('/api/v1/batches', [photo])
  return (body as { batchId: string }).batchId
}
