import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Job, Task, TaskEventPage } from '@darkroom/contracts'
import { until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess, AppProcess } from '../../scripts/processes.ts'
import { findFfmpeg } from '../../packages/videos/src/ffmpeg/find-ffmpeg.ts'
import { boxesOf, videoFacts } from '../../packages/videos/test/video-facts.ts'
import { get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { childrenOf, isAlive, isLinux } from './support/processes-of-linux.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const MINUTES_MS = 60_000

let darkroom: Installation
let api: ApiProcess
let worker: AppProcess

const startWorker = (env: NodeJS.ProcessEnv = {}): Promise<AppProcess> =>
  darkroom.worker('video-a', { app: 'video-worker', env: { VIDEO_CONCURRENCY: '1', ...env } })

beforeAll(async () => {
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  ;[api, worker] = await Promise.all([darkroom.api(), startWorker()])
})
afterAll(() => darkroom.stop())

/** The request for a video in the README, sent to another port. */
async function runReadmeRequest(): Promise<{ jobId: string }> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const command = /^curl [^\n]*\$api\/api\/render-video -d '[^']*'$/m.exec(readme)?.[0]
  if (command === undefined) throw new Error('The README has no curl command for /api/render-video')
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, api: api.url } })
  return JSON.parse(stdout) as { jobId: string }
}

const jobOf = async (id: string): Promise<Job> => (await get<Job>(`${api.url}/api/jobs/${id}`)).body

function completed(jobId: string): Promise<Job> {
  const ask = async (): Promise<Job | undefined> => {
    const job = await jobOf(jobId)
    if (job.status === 'failed') throw new Error(`The video failed: ${job.error}`)
    return job.status === 'completed' ? job : undefined
  }
  return until(ask, { what: `the video ${jobId}`, timeoutMs: 5 * MINUTES_MS, intervalMs: 250 })
}

test(
  'the request in the README becomes a video that can be downloaded and played [S4.3, S4.12]',
  { timeout: 6 * MINUTES_MS },
  async () => {
    const { jobId } = await runReadmeRequest()
    const { result, data } = await completed(jobId)
    expect(result).toMatchObject({ durationSeconds: 10, width: 1280, height: 720, frames: 300 })
    const task = (await get<Task>(`${api.url}/api/v1/tasks/${data.taskId}`)).body
    const [video, poster] = task.files ?? []
    const folder = await mkdtemp(join(tmpdir(), 'fetched-'))
    try {
      const fetched = await fetch(api.url + String(result?.['videoUrl']))
      expect(fetched.headers.get('content-type')).toBe('video/mp4')
      const bytes = Buffer.from(await fetched.arrayBuffer())
      expect(createHash('md5').update(bytes).digest('hex')).toBe(video?.md5)
      const file = join(folder, 'video.mp4')
      await writeFile(file, bytes)
      const { file: ffmpeg } = await findFfmpeg({ given: process.env['FFMPEG_PATH'], path: process.env['PATH'] })
      const facts = await videoFacts(ffmpeg, file)
      expect(facts).toMatchObject({ frames: 300, hasAudio: false })
      expect(facts.video).toMatch(/^h264 .*yuv420p.*1280x720.* 30 fps/)
      const boxes = await boxesOf(file)
      expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'))
      // By its jobId, too; the first file is the video.
      const part = await fetch(`${api.url}/api/jobs/${jobId}/download`, { headers: { range: 'bytes=4-7' } })
      expect([part.status, await part.text()]).toEqual([206, 'ftyp'])
      const still = await fetch(api.url + String(poster?.url))
      expect([still.status, still.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    const { items } = (await get<TaskEventPage>(`${api.url}/api/v1/tasks/${data.taskId}/events`)).body
    const percents = items.flatMap((entry) => (entry.type === 'task.progress' ? [entry.data.percent] : []))
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  },
)

test('a video whose worker is killed is rendered by the next one [S4.11]', { timeout: 6 * MINUTES_MS }, async () => {
  const { jobId } = await runReadmeRequest()
  await until(async () => (await jobOf(jobId)).progress.progress > 40, {
    what: 'a running render',
    timeoutMs: MINUTES_MS,
  })
  worker.kill('SIGKILL')
  worker = await startWorker()
  expect((await completed(jobId)).result).toMatchObject({ frames: 300 })
})

test('a cancelled video stops rendering', { timeout: 2 * MINUTES_MS }, async () => {
  const { jobId } = await runReadmeRequest()
  await until(async () => (await jobOf(jobId)).progress.progress > 40, {
    what: 'a running render',
    timeoutMs: MINUTES_MS,
  })
  const encoders = childrenOf(worker.pid).flatMap(childrenOf)
  if (isLinux) expect(encoders).toHaveLength(1)
  const cancelled = await fetch(`${api.url}/api/v1/tasks/${jobId}/cancel`, { method: 'POST' })
  expect(cancelled.status).toBe(202)
  expect((await jobOf(jobId)).status).toBe('failed')
  await until(() => !encoders.some(isAlive), { what: 'the end of ffmpeg', intervalMs: 5 })
})

test('a worker without ffmpeg takes no video, and says what to do', { timeout: 2 * MINUTES_MS }, async () => {
  await worker.stop()
  const lines: string[] = []
  worker = await darkroom.worker('video-b', {
    app: 'video-worker',
    env: { VIDEO_CONCURRENCY: '1', FFMPEG_PATH: '/nowhere/ffmpeg' },
    onLine: (line) => lines.push(line),
  })
  const { jobId } = await runReadmeRequest()
  await until(() => lines.some((line) => /set FFMPEG_PATH to the ffmpeg program/.test(line)), {
    what: 'the ways out in the log',
    timeoutMs: MINUTES_MS,
  })
  expect((await jobOf(jobId)).status).toBe('pending')
  await worker.stop()
  worker = await startWorker()
  expect((await completed(jobId)).result).toMatchObject({ frames: 300 })
})
