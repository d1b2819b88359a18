import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createLogger } from '@darkroom/runtime'
import { createDiskStorage } from '@darkroom/storage'
import { sampleJpeg, uniqueName, until } from '@darkroom/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openDatabase, openRedis, startTestApi, testLog } from '../../test/start-test-api.ts'
import { ExpiryStore } from './expiry-store.ts'
import { FileRemover } from './file-remover.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { Janitor } from './janitor.ts'
import { SharedTurn } from './shared-turn.ts'

const HOUR_AGO = new Date(Date.now() - 3_600_000)
const ORPHAN = `storage/images/${'a'.repeat(24)}/original.jpg`
/** The least that the API accepts. */
const ORPHAN_AGE_MS = 1000
const AGE = { ORPHAN_AGE_MS: String(ORPHAN_AGE_MS) }
const FULL = { ...AGE, MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) }

/** A file that a crash left long ago: a document never came to it. */
async function leave({ dataDir }: { dataDir: string }, path: string): Promise<void> {
  const file = join(dataDir, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'left')
  await utimes(file, HOUR_AGO, HOUR_AGO)
  // When it got its name cannot be set.
  const { ctimeMs } = await stat(file)
  await until(() => Date.now() - ctimeMs > ORPHAN_AGE_MS, { what: 'the file to be old' })
}

interface JanitorOptions {
  /** How often each looks whether a pass is due. */
  everyMs: number
  /** How often one is due; by default each time. */
  dueEveryMs?: number
  orphanAgeMs?: number
  log?: typeof testLog
}

/** The janitors of several processes of one installation, and the walks that they make. */
async function startJanitors(
  count: number,
  { everyMs, dueEveryMs = everyMs, orphanAgeMs = ORPHAN_AGE_MS, log = testLog }: JanitorOptions,
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'janitor-'))
  const database = await openDatabase(uniqueName('janitor'))
  const redis = await openRedis()
  const key = uniqueName('janitor')
  const walks = { begun: 0, active: 0, mostActive: 0 }
  const real = createDiskStorage(dataDir)
  const storage: typeof real = {
    ...real,
    async *list(folder, onError) {
      if (folder === 'storage') walks.begun++
      walks.mostActive = Math.max(walks.mostActive, ++walks.active)
      yield* real.list(folder, onError)
      walks.active--
    },
  }
  const store = new TaskStore(database.connection)
  const remover = new FileRemover({ store: new ExpiryStore(database.connection), storage, appliedUntil: Date.now })
  const common = {
    store,
    storage,
    remover,
    removeExpiredUploads: () => Promise.resolve(0),
    tempFolder: join(dataDir, 'temp'),
    tempAgeMs: 1000,
    orphanAgeMs,
    intervalMs: everyMs,
    isOurs: async () => true,
    log,
  }
  const janitors = Array.from(
    { length: count },
    () => new Janitor({ ...common, turn: new SharedTurn({ redis, key, everyMs: dueEveryMs }) }),
  )
  for (const janitor of janitors) janitor.start()
  onTestFinished(async () => {
    await Promise.all(janitors.map((janitor) => janitor.stop()))
    await redis.del(`${key}:lease`, `${key}:done`)
    redis.disconnect()
    await database.drop()
    await rm(dataDir, { recursive: true })
  })
  return { dataDir, janitors, walks }
}

it('looks for orphans when the disk is full', async () => {
  const api = await startTestApi(FULL)
  // After the look at the start, and long before the next one.
  await leave(api, 'uploads/temp/dead/file')
  await until(async () => (await api.request('/readyz')).status === 200)
  await leave(api, ORPHAN)
  expect((await api.upload(await sampleJpeg({ width: 16, height: 16 }))).status).toBe(507)
  await until(async () => [...(await api.filesIn('storage')), ...(await api.temporaryFiles())].length === 0, {
    what: 'the orphan to go',
  })
  await api.stop()
})

it('looks for orphans after startup', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'janitor-'))
  await leave({ dataDir }, ORPHAN)
  const api = await startTestApi({ ...AGE, DATA_DIR: dataDir })
  await until(() => !existsSync(join(dataDir, ORPHAN)), { what: 'the orphan to go' })
  await api.stop()
  await rm(dataDir, { recursive: true })
})

it('finds the orphans of every tenant, and leaves their assets', async () => {
  const { dataDir, walks } = await startJanitors(1, { everyMs: 400 })
  const left = ['acme', 'output'].flatMap((tenant) => [
    `tenants/${tenant}/${ORPHAN}`,
    `tenants/${tenant}/output/beach/800/${'b'.repeat(32)}.jpg`,
  ])
  const assets = ['acme', 'output'].map((tenant) => `tenants/${tenant}/assets/logo.png`)
  await Promise.all([...assets, ...left].map((path) => leave({ dataDir }, path)))
  await until(() => left.every((path) => !existsSync(join(dataDir, path))), { what: 'the orphans to go' })
  const before = walks.begun
  await until(() => walks.begun >= before + 2, { what: 'another walk' })
  expect(assets.every((path) => existsSync(join(dataDir, path)))).toBe(true)
})

it('a file that cannot be removed does not block others, and is logged once', async () => {
  const log = createLogger({ name: 'janitor', level: 'silent' })
  const warn = vi.spyOn(log, 'warn')
  const { dataDir, walks } = await startJanitors(1, { everyMs: 400, log })
  // No key has such a name, so that no store can be asked to remove it.
  const names = Array.from(
    { length: 8 },
    (_, index) => [`output/web/800/${index}\\.jpg`, `output/web/800/${index}.jpg`] as const,
  )
  await Promise.all(names.flat().map((name) => leave({ dataDir }, name)))
  await until(() => names.every(([, removable]) => !existsSync(join(dataDir, removable))), { what: 'the others to go' })
  const before = walks.begun
  await until(() => walks.begun >= before + 3, { what: 'further walks' })
  expect(names.every(([bad]) => existsSync(join(dataDir, bad)))).toBe(true)
  expect(warn).toHaveBeenCalledTimes(1)
})

it('a file that was received long before it is stored is as new as any other', async () => {
  const { dataDir, walks } = await startJanitors(1, { everyMs: 200, orphanAgeMs: 60_000 })
  const received = join(dataDir, 'uploads/temp/boot/slow')
  await mkdir(dirname(received), { recursive: true })
  await writeFile(received, 'photo')
  await utimes(received, HOUR_AGO, HOUR_AGO)
  await createDiskStorage(dataDir).adopt(received, ORPHAN)
  const before = walks.begun
  await until(() => walks.begun >= before + 2, { what: 'a whole walk' })
  expect(existsSync(join(dataDir, ORPHAN))).toBe(true)
})

it('a file that was left behind is removed when it is old enough, though no pass is due', async () => {
  const { dataDir, janitors, walks } = await startJanitors(1, { everyMs: 200, dueEveryMs: 60_000, orphanAgeMs: 500 })
  await until(() => walks.begun === 1, { what: 'the walk at the start' })
  const places = [ORPHAN, ORPHAN.replace('a'.repeat(24), 'b'.repeat(24))].map((path) => join(dataDir, path))
  // One after the other, so that the first pass is too early for the second.
  for (const place of places) {
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, 'left')
    janitors[0]?.filesLeft()
    await until(() => walks.begun > 1 || place !== places[0], { what: 'a walk for the first' })
  }
  await until(() => places.every((place) => !existsSync(place)), { what: 'the files to go' })
  expect(walks.begun).toBe(3)
})

it('one process at a time scans the storage, once per interval', async () => {
  const everyMs = 400
  const startedAt = performance.now()
  const { janitors, walks } = await startJanitors(4, { everyMs })
  await until(() => walks.begun >= 5, { what: 'five walks' })
  expect(performance.now() - startedAt).toBeGreaterThan(3.5 * everyMs)
  // The others go on without those that end.
  await Promise.all(janitors.slice(1).map((janitor) => janitor.stop()))
  const before = walks.begun
  await until(() => walks.begun >= before + 2, { what: 'walks of the one that is left' })
  expect(walks.mostActive).toBe(1)
})
