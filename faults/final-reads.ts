// The final state when everything is idle: documents, responses of every API, files.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { filesBelow } from '@darkroom/testing'
import sharp from 'sharp'
import type { Rig } from './driver.ts'
import { isOfServer } from './faulty-bucket.ts'
import type { StoredTask, TaskView } from './history.ts'

export async function readEverything(rig: Rig): Promise<void> {
  const documents = await readDocuments(rig)
  const readApi = async (url: string, index: number): Promise<void> => {
    const api = rig.apis[index]?.name ?? url
    for (const { id } of documents) await readView(rig, api, url, id)
    await readList(rig, api, url)
  }
  await Promise.all(rig.apiUrls.map(readApi))
  await readFiles(rig)
}

export async function findDocuments(rig: Rig): Promise<StoredTask[]> {
  const found = await rig.db.collection('tasks').find().toArray()
  return found.map(
    ({ _id, ...fields }) => JSON.parse(JSON.stringify({ id: _id.toHexString(), ...fields })) as StoredTask,
  )
}

async function readDocuments(rig: Rig): Promise<StoredTask[]> {
  const documents = await findDocuments(rig)
  for (const document of documents) rig.history.add('mongo', { op: 'document', args: document })
  return documents
}

async function readView({ history }: Rig, api: string, url: string, taskId: string): Promise<void> {
  const { http, body } = await get(`${url}/api/v1/tasks/${taskId}`)
  history.add(api, { op: 'view', args: { taskId, http, view: http === 200 ? viewOf(body as ShownTask) : null } })
}

async function readList({ history }: Rig, api: string, url: string): Promise<void> {
  const items: TaskView[] = []
  let [http, total] = [0, 0]
  // Only the last page has the exact current total.
  for (let [page, isLast] = [1, false]; !isLast; page++) {
    const answer = await get(`${url}/api/v1/tasks?limit=100&page=${page}`)
    const body = answer.body as { items?: ShownTask[]; total?: number; nextCursor?: string | null }
    isLast = !body.nextCursor
    http = answer.http
    total = body.total ?? 0
    items.push(...(body.items ?? []).map(viewOf))
    if (http !== 200) break
  }
  history.add(api, { op: 'list', args: { http, total, items } })
}

interface ShownTask extends Omit<TaskView, 'files'> {
  images: { path: string }[]
  preview: { path: string } | null
}

const viewOf = ({ id, status, epoch, updatedAt, images, preview }: ShownTask): TaskView => ({
  ...{ id, status, epoch, updatedAt },
  files: [...images, ...(preview ? [preview] : [])].map(({ path }) => ({ path })),
})

async function get(url: string): Promise<{ http: number; body: unknown }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(15_000) })
    return { http: answer.status, body: await answer.json() }
  } catch {
    return { http: 0, body: {} }
  }
}

/** Of the data folder and of the bucket. Keys are relative to them. */
export async function findFiles(rig: Rig, folder = ''): Promise<{ key: string; path: string }[]> {
  const below = async (home: string) =>
    (await filesBelow(join(home, folder))).map((path) => ({ key: relative(home, path), path }))
  const found = await Promise.all(rig.fileFolders.map(below))
  return found.flat().filter(({ key }) => !isOfServer(key))
}

/**
 * Every file; variants are decoded as well. `early` reads happen while faults
 * are still being injected.
 */
export async function readFiles(rig: Rig, { early = false, folder = '' } = {}): Promise<void> {
  for (const { key, path } of await findFiles(rig, folder)) {
    const facts = await factsOf(path).catch(() => undefined) // a temporary file may disappear at any moment
    if (facts) rig.history.add('disk', { op: 'file', args: { key, ...facts, ...(early && { early }) } })
  }
}

async function factsOf(path: string) {
  const [bytes, { mtimeMs }] = await Promise.all([readFile(path), stat(path)])
  const md5 = createHash('md5').update(bytes).digest('hex')
  return {
    bytes: bytes.length,
    md5,
    ageMs: Math.round(Date.now() - mtimeMs),
    width: path.endsWith('.jpg') ? await widthOf(bytes, md5) : null,
  }
}

const widths = new Map<string, Promise<number | null>>()

/**
 * Null if it cannot be decoded completely. Many photos have the same pixels: the same bytes decode
 * the same way.
 */
function widthOf(bytes: Buffer, md5: string): Promise<number | null> {
  const known = widths.get(md5) ?? decodedWidth(bytes)
  widths.set(md5, known)
  return known
}

async function decodedWidth(bytes: Buffer): Promise<number | null> {
  try {
    const { info } = await sharp(bytes, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
    return info.width
  } catch {
    return null
  }
}
