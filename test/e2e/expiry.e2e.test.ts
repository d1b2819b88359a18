import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import type { Task } from '@darkroom/contracts'
import { filesBelow, sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, eachOf, ended, get, total } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const TASKS = 500
/**
 * Twenty tasks share a photo and its variants. Of five photos all tasks expire, of five none, of
 * the rest some.
 */
const PHOTOS = 25
const RETRIES = 20

interface CleanUp {
  msg?: string
  tasksExpired: number
  filesRemoved: number
  recordsRemoved: number
  durationMs: number
}

const cleanUps: CleanUp[] = []
let darkroom: Installation
let apis: ApiProcess[]

beforeAll(async () => {
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { CLEANUP_INTERVAL_MS: '250', PURGE_GRACE_SECONDS: '1' },
  )
  const onLine = (line: string): void => {
    const said = parse(line)
    if (said?.msg === 'clean-up') cleanUps.push(said)
  }
  apis = await Promise.all([darkroom.api({ onLine }), darkroom.api({ onLine })])
  await Promise.all([darkroom.worker('first'), darkroom.worker('second')])
})

afterAll(() => darkroom.stop())

const urlOf = (index: number): string => apis[index % apis.length]!.url
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

test('tasks expire while their files are downloaded and created again: no truncated body, no live file removed, nothing left over', async () => {
  const tasks = await completedTasks()
  const fate = (index: number): 'now' | 'soon' | 'never' => {
    const photo = index % PHOTOS
    if (photo < 5) return index % 2 ? 'now' : 'soon'
    if (photo >= 20) return 'never'
    return (['now', 'soon', 'never'] as const)[Math.floor(index / PHOTOS) % 3]!
  }
  const live = tasks.filter((_, index) => fate(index) === 'never')
  const doomed = tasks.filter((_, index) => fate(index) !== 'never')

  const downloads = startDownloads(tasks)
  await until(() => downloads.whole() > 50, { what: 'downloads under way' })
  const startedAt = performance.now()
  const expireAt = async (when: 'now' | 'soon', expiresAt: Date): Promise<void> => {
    const jobIds = tasks.filter((_, index) => fate(index) === when).map(({ jobId }) => jobId)
    await darkroom.tasks.updateMany({ jobId: { $in: jobIds } }, { $set: { expiresAt }, $inc: { rev: 1 } })
  }
  await expireAt('soon', new Date(Date.now() + 3000))
  await expireAt('now', new Date())
  await eachOf(live.slice(0, RETRIES), 4, async ({ id }, index) => {
    const { status } = await fetch(`${urlOf(index)}/api/v1/tasks/${id}/retry`, { method: 'POST' })
    expect(status).toBe(202)
  })
  await eachOf(live.slice(0, RETRIES), 4, async ({ id }, index) =>
    expect(await ended(urlOf(index), id)).toMatchObject({ status: 'completed' }),
  )
  await until(async () => (await total(urlOf(0), 'expired')) === doomed.length, {
    what: 'the last task to expire',
    timeoutMs: 60_000,
  })
  const unpurged = { status: 'expired', purgeAt: { $ne: null } }
  await until(
    async () => {
      // Kept because of the retried tasks, which have finished by now.
      await darkroom.tasks.updateMany(
        { ...unpurged, purgeAt: { $gt: new Date(Date.now() + 2000) } },
        { $set: { purgeAt: new Date() } },
      )
      return (await darkroom.tasks.countDocuments(unpurged)) === 0
    },
    { what: 'the end of the files', timeoutMs: 60_000, intervalMs: 250 },
  )
  const tookMs = performance.now() - startedAt
  const { whole, refused, faults } = await downloads.stop()

  expect(faults).toEqual([])
  expect(refused).toBeGreaterThan(0)
  for (const [index, { id }] of live.entries())
    expect((await get(`${urlOf(index)}/api/v1/tasks/${id}`)).body.status).toBe('completed')
  await eachOf(live, 8, async ({ images }, index) => {
    for (const image of images) expect(md5(await (await fetch(urlOf(index) + image.url)).bytes())).toBe(image.md5)
  })
  const variants = new Set(live.flatMap(resultsOf))
  expect(await filesIn('output')).toEqual([...variants].toSorted())
  expect(await filesIn('storage')).toEqual(live.map(({ originalPath }) => originalPath).toSorted())

  const allVariants = new Set(tasks.flatMap(resultsOf))
  await until(() => sum('tasksExpired') === doomed.length, { what: 'the log of it' })
  expect(sum('filesRemoved')).toBe(doomed.length + allVariants.size - variants.size)
  console.info(
    `${doomed.length} of ${TASKS} tasks expired, ${sum('filesRemoved')} files removed in ${cleanUps.length} runs (${sum('durationMs')} ms of work, ` +
      `${tookMs.toFixed(0)} ms in all); meanwhile ${whole} whole downloads, ${refused} refused with 410, ${RETRIES} tasks made again`,
  )
})

test('records are removed last, and nothing is left', async () => {
  const expired = await total(urlOf(0), 'expired')
  await darkroom.tasks.updateMany({ status: 'expired' }, { $set: { removeAt: new Date() } })
  await until(async () => (await total(urlOf(1), 'expired')) === 0, {
    what: 'the end of the records',
    timeoutMs: 30_000,
  })
  await until(() => sum('recordsRemoved') === expired, { what: 'the log of it' })
  expect(await darkroom.tasks.countDocuments({})).toBe(TASKS - expired)
})

const resultsOf = ({ images, preview }: Task): string[] =>
  [...images, ...(preview ? [preview] : [])].map(({ path }) => path)

/** All tasks, processed by real workers. */
async function completedTasks(): Promise<Task[]> {
  const photos = await Promise.all(
    Array.from({ length: PHOTOS }, (_, seed) => sampleJpeg({ width: 320, height: 240, seed })),
  )
  const indexes = Array.from({ length: TASKS }, (_, index) => index)
  const accept = (index: number) =>
    accepted(urlOf(index), { bytes: photos[index % PHOTOS]!, name: `photo ${index % PHOTOS}.jpg` })
  const ids = await eachOf(indexes, 8, async (index) => (await accept(index)).id)
  const tasks = await eachOf(ids, 8, (id, index) => ended(urlOf(index), id, 60_000))
  expect(tasks.map(({ status }) => status)).toEqual(tasks.map(() => 'completed'))
  return tasks
}

/** Downloads the variants of all tasks, over and over, until stopped. */
function startDownloads(tasks: readonly Task[]) {
  let stopped = false
  let whole = 0
  let refused = 0
  const faults: string[] = []
  const download = async (turn: number): Promise<void> => {
    const task = tasks[(turn * 7) % tasks.length]!
    const image = task.images[turn % task.images.length]!
    const response = await fetch(urlOf(turn) + image.url)
    const bytes = await response.bytes()
    if (response.status === 200 && md5(bytes) === image.md5) whole++
    else if (response.status === 410) refused++
    // Being created again: its files are not announced before they exist.
    else if (response.status !== 409)
      faults.push(`${task.id} ${response.status} ${bytes.length} of ${image.size} bytes`)
  }
  const loop = async (first: number): Promise<void> => {
    for (let turn = first; !stopped; turn += 4) {
      await download(turn).catch((error: unknown) => faults.push(String(error)))
    }
  }
  const loops = Promise.all([0, 1, 2, 3].map(loop))
  return {
    whole: (): number => whole,
    async stop(): Promise<{ whole: number; refused: number; faults: string[] }> {
      stopped = true
      await loops
      return { whole, refused, faults }
    },
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const files = await filesBelow(join(darkroom.dataDir, folder))
  return files.map((file) => relative(darkroom.dataDir, file)).toSorted()
}

const sum = (field: Exclude<keyof CleanUp, 'msg'>): number =>
  cleanUps.reduce((total, cleanUp) => total + cleanUp[field], 0)

function parse(line: string): CleanUp | undefined {
  try {
    return JSON.parse(line) as CleanUp
  } catch {
    return undefined
  }
}
