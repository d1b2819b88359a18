// Videos through the whole service, while workers are killed: how many an hour, what a video costs
// beyond drawing and encoding it, how soon requests get their 202 meanwhile, and whether progress is
// always told in order.
// Options: --videos 20 --slots 3 --kills 1 --probes 100
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VIDEO_STAGES, type TaskEventPage } from '@darkroom/contracts'
import { findFfmpeg, renderVideo, TEMPLATES } from '../packages/videos/src/index.ts'
import { BACKGROUNDS_FOLDER } from '../packages/videos/src/check-input.ts'
import { get } from '../test/e2e/support/client.ts'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, percentile, type Benchmark } from './support/benchmark.ts'
import { cpuMsOfTrees } from './support/cpu-time.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { workInLives } from './support/worker-lives.ts'

const BARE_VIDEOS = 2
const HOUR_MS = 3_600_000
const INPUT = {
  city: 'Madrid',
  weatherData: {
    city: 'Madrid',
    temperature: 24,
    condition: 'sunny',
    description: 'Cielo despejado',
    date: '2026-05-30',
  },
  imageFilename: 'mountains.jpg',
  language: 'es',
}

type Options = Record<'videos' | 'slots' | 'kills' | 'probes', number>

export const benchmark: Benchmark = {
  async run(args) {
    const options = wholeNumbers(args, { videos: 20, slots: 3, kills: 1, probes: 100 })
    const bareCpuMs = await renderBare()
    return withServices(async (services) => {
      const { redis, mongo } = services
      const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
      try {
        const { url } = await darkroom.api()
        const requests = await Promise.all(Array.from({ length: options.videos }, () => request(url)))
        const ids = requests.map(({ id }) => id)
        const run = await renderAll(darkroom, url, { ...options, ids })
        const told = await Promise.all(ids.map((id) => toldOf(url, id)))
        const inDisorder = told.filter((runs) => !runs.every(isInOrder))
        return {
          figures: [
            figureOf('videos lost', [run.lost], '', { atMost: 0, goal: 0 }),
            figureOf('videos with progress or stages out of order', [inDisorder.length], '', { atMost: 0, goal: 0 }),
            figureOf('videos rendered at the same time', [run.most], '', {
              atMost: options.slots,
              goal: options.slots,
            }),
            figureOf('videos an hour', [options.videos / (run.ms / HOUR_MS)], ''),
            figureOf(
              'videos per second of CPU time, relative to drawing and encoding them without a service',
              [bareCpuMs / (run.cpuMs / options.videos)],
              '',
              { atLeast: 0.8, goal: 0.95 },
            ),
            figureOf('p95 to a 202 meanwhile', [percentile(run.responses, 95)], 'ms', { atMost: 100, goal: 50 }),
          ],
          notes: [`${options.kills} workers killed with SIGKILL`],
          details: { options, stores: storesOf(services), bareCpuMs, run, told },
        }
      } finally {
        await darkroom.stop()
      }
    })
  },
}

/** The CPU time of one video, in ms. */
async function renderBare(): Promise<number> {
  const { file: ffmpeg } = await findFfmpeg({ given: process.env['FFMPEG_PATH'], path: process.env['PATH'] })
  const template = TEMPLATES.weather
  const input = template.input.parse({
    ...INPUT.weatherData,
    language: INPUT.language,
    background: INPUT.imageFilename,
  })
  const background = await readFile(new URL(INPUT.imageFilename, BACKGROUNDS_FOLDER))
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-videos-'))
  try {
    const before = cpuMsOfTrees([process.pid])
    for (let index = 0; index < BARE_VIDEOS; index++)
      await renderVideo({ template, input, assets: { background }, ffmpeg, output: join(folder, `${index}.mp4`) })
    return (cpuMsOfTrees([process.pid]) - before) / BARE_VIDEOS
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function request(url: string): Promise<{ id: string; ms: number }> {
  const startedAt = performance.now()
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/render-video`, { method: 'POST', headers, body: JSON.stringify(INPUT) })
  const { jobId } = (await answer.json()) as { jobId: string }
  if (answer.status !== 202) throw new Error(`A video was refused with ${answer.status}`)
  return { id: jobId, ms: performance.now() - startedAt }
}

/** Meanwhile further videos are requested, and cancelled before their turn comes. */
async function renderAll(darkroom: Installation, url: string, options: Options & { ids: string[] }) {
  const { videos, slots, kills, probes, ids } = options
  const responses: number[] = []
  let most = 0
  const run = await workInLives(darkroom, {
    app: 'video-worker',
    env: { VIDEO_CONCURRENCY: String(slots) },
    kills,
    tasks: videos,
    ended: () => darkroom.tasks.countDocuments({ jobId: { $in: ids }, status: { $in: ['completed', 'failed'] } }),
    sample: async ({ name }) => {
      // What a killed worker was rendering counts as processing until it is found.
      most = Math.max(most, await darkroom.tasks.countDocuments({ status: 'processing', workerId: name }))
      if (responses.length < probes) responses.push(await probe(url))
    },
  })
  const lost = videos - (await darkroom.tasks.countDocuments({ jobId: { $in: ids }, status: 'completed' }))
  return { ...run, most, responses, lost }
}

async function probe(url: string): Promise<number> {
  const { id, ms } = await request(url)
  await fetch(`${url}/api/v1/tasks/${id}/cancel`, { method: 'POST' })
  return ms
}

/** The progress that was told, run by run. */
async function toldOf(url: string, id: string): Promise<{ stage: string; percent: number }[][]> {
  const { items } = (await get<TaskEventPage>(`${url}/api/v1/tasks/${id}/events`)).body
  const runs: { stage: string; percent: number }[][] = []
  for (const { type, data } of items) {
    if (type === 'task.processing') runs.push([])
    if (type === 'task.progress') runs.at(-1)?.push({ stage: data.stage, percent: data.percent })
  }
  return runs
}

function isInOrder(run: readonly { stage: string; percent: number }[]): boolean {
  const stages = Object.keys(VIDEO_STAGES)
  return run.every(({ stage, percent }, at) => {
    const before = run[at - 1]
    return before === undefined || (percent >= before.percent && stages.indexOf(stage) >= stages.indexOf(before.stage))
  })
}
