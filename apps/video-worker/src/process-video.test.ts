import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { VIDEO_STAGES, type VideoJob } from '@darkroom/contracts'
import { createDiskStorage } from '@darkroom/storage'
import { findFfmpeg } from '@darkroom/videos'
import type { Progress } from '@darkroom/worker/child'
import { expect, onTestFinished, test, vi } from 'vitest'
import { processVideo } from './process-video.ts'

const { file: ffmpeg } = await findFfmpeg({ given: process.env['FFMPEG_PATH'], path: process.env['PATH'] })

const job: VideoJob = {
  taskId: 'a'.repeat(24),
  inputPath: 'storage/videos/original.json',
  timestamp: 0,
  epoch: 1,
  tenant: 'default',
  slug: 'madrid',
}
const input = {
  template: 'weather',
  city: 'Madrid',
  temperature: 24,
  condition: 'sunny',
  description: 'Clear sky',
  date: '2026-05-30',
}

async function setUp(document: object = input, files: Record<string, Buffer> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'process-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const storage = createDiskStorage(folder)
  await storage.put(job.inputPath, Buffer.from(JSON.stringify(document)))
  for (const [key, bytes] of Object.entries(files)) await storage.put(key, bytes)
  const progress: Progress[] = []
  const around = { storage, ffmpeg, maxPixels: 50_000_000, onProgress: (made: Progress) => void progress.push(made) }
  return {
    storage,
    folder,
    progress,
    process: (over: Partial<VideoJob> = {}, others: Partial<typeof around> = {}) =>
      processVideo({ ...job, ...over }, { ...around, ...others }),
  }
}

const renderFolders = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`darkroom-render.${hostname()}.${process.pid}-`))

test(
  'a job becomes a video and its poster; progress goes through all stages [S4.6]',
  { timeout: 180_000 },
  async () => {
    const { folder, progress, process } = await setUp()
    const { files, result } = await process()
    expect(result).toEqual({ durationSeconds: 10, width: 1280, height: 720, frames: 300 })
    expect(files.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['video', 'video/mp4'],
      ['poster', 'image/jpeg'],
    ])
    for (const { path, md5, bytes } of files) {
      const stored = await readFile(join(folder, path))
      expect([stored.length, createHash('md5').update(stored).digest('hex')]).toEqual([bytes, md5])
      expect(path).toMatch(/^output\/videos\/madrid\/[0-9a-f]{32}\.(mp4|jpg)$/)
    }
    const percents = progress.map(({ percent }) => percent)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual(Object.keys(VIDEO_STAGES))
    for (const [stage, start] of Object.entries(VIDEO_STAGES))
      expect(progress.find((made) => made.stage === stage)?.percent).toBe(start)
    // True frames: more than the steps between the stages.
    expect(progress.filter(({ stage }) => stage === 'render').length).toBeGreaterThan(3)
    expect(await renderFolders()).toEqual([])
  },
)

test('an uploaded background that is damaged fails the job for good, and leaves nothing', async () => {
  const { process } = await setUp({ ...input, background: 'mine.jpg' }, { 'assets/mine.jpg': Buffer.from('hello') })
  await expect(process({ backgroundPath: 'assets/mine.jpg' })).rejects.toMatchObject({
    reason: { code: 'IMAGE_UNSUPPORTED', retryable: false, message: /^The background: / },
  })
  expect(await renderFolders()).toEqual([])
})

test('a background that was deleted is missing, like any original', async () => {
  const { process } = await setUp({ ...input, background: 'mine.jpg' })
  await expect(process({ backgroundPath: 'assets/mine.jpg' })).rejects.toMatchObject({
    reason: { code: 'SOURCE_MISSING', retryable: true },
  })
})

test('an input that this release does not know is not tried again', async () => {
  const { process } = await setUp({ template: 'news' })
  await expect(process()).rejects.toMatchObject({ reason: { code: 'INVALID_JOB', retryable: false } })
})

/** A program that behaves like a bad encoder. */
async function encoderOf(folder: string, script: string): Promise<string> {
  const file = join(folder, 'ffmpeg')
  await writeFile(file, `#!/bin/sh\necho /secret/path >&2\n${script}\n`, { mode: 0o755 })
  return file
}

test.each([
  ['fails', 'exit 1', 'FFMPEG_FAILED', 'The encoder failed'],
  ['is killed', 'kill -9 $$', 'WORKER_CRASHED', 'The encoder died'],
  [
    'has no space left',
    'echo No space left on device >&2; exit 1',
    'STORAGE_FULL',
    'There is no space left for temporary files',
  ],
])('an encoder that %s may be tried again, and its words stay in the log', async (_how, script, code, message) => {
  const { folder, process } = await setUp()
  const rendering = process({}, { ffmpeg: await encoderOf(folder, script) })
  await expect(rendering).rejects.toMatchObject({ reason: { code, message, retryable: true } })
  expect(await renderFolders()).toEqual([])
})

test('an encoder that cannot be started is a problem of the machine', async () => {
  const { process } = await setUp()
  await expect(process({}, { ffmpeg: '/nowhere/ffmpeg' })).rejects.toMatchObject({
    reason: { code: 'CHILD_NOT_STARTED', message: 'The encoder could not be started', retryable: true },
  })
})

test('so is a temporary folder that is missing', async () => {
  const { folder, process } = await setUp()
  vi.stubEnv('TMPDIR', join(folder, 'missing'))
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(process()).rejects.toMatchObject({
    reason: { code: 'STORAGE_FAILED', message: 'Reading or writing a file failed (ENOENT)', retryable: true },
  })
})
