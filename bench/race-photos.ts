// Photos of races through the whole service, while workers are killed: how many a minute, how much
// memory a child takes, and whether any is lost or read wrongly.
// Options: --photos 200 --width 3000 --slots CORES --kills 4
import { availableParallelism } from 'node:os'
import { photoBibs, type Task, type TaskPage } from '@darkroom/contracts'
import { racePhoto } from '@darkroom/testing'
import { accepted } from '../test/e2e/support/client.ts'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { treeOf } from './support/cpu-time.ts'
import { eachOf } from './support/each-of.ts'
import { memoryMbOfTrees } from './support/memory.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { workInLives } from './support/worker-lives.ts'

const UPLOADS = 4
const MINUTE_MS = 60_000

/** What a photo shows, by the id of its task. */
type Drawn = Map<string, string>

export const benchmark: Benchmark = {
  async run(args) {
    const options = wholeNumbers(args, { photos: 200, width: 3000, slots: availableParallelism(), kills: 4 })
    return withServices(async (services) => {
      const { redis, mongo } = services
      const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
      try {
        const { url } = await darkroom.api()
        const drawn = await uploadAll(url, options)
        const run = await readAll(darkroom, drawn.size, options)
        const tasks = await allTasks(url)
        const lost = [...drawn.keys()].filter((id) => tasks.get(id)?.status !== 'completed')
        const wrong = [...drawn].filter(([id, numbers]) => numbersIn(tasks.get(id)) !== numbers)
        return {
          figures: [
            figureOf('photos lost', [lost.length], '', { atMost: 0, goal: 0 }),
            // How well numbers are read is the business of the benchmark `bibs`.
            figureOf('photos read wrongly', [wrong.length], ''),
            figureOf('photos a minute', [drawn.size / (run.ms / MINUTE_MS)], ''),
            figureOf('photos a minute and core', [drawn.size / (run.cpuMs / MINUTE_MS)], ''),
            figureOf('the largest child', [run.childMb], 'MB', { atMost: 900, goal: 600 }),
          ],
          notes: [`${options.kills} workers killed with SIGKILL`],
          details: { options, stores: storesOf(services), run, lost, wrong },
        }
      } finally {
        await darkroom.stop()
      }
    })
  },
}

async function uploadAll(url: string, { photos, width }: { photos: number; width: number }): Promise<Drawn> {
  const drawn: Drawn = new Map()
  const seeds = Array.from({ length: photos }, (_, index) => index + 1)
  await eachOf(seeds, UPLOADS, async (seed) => {
    const numbers = Array.from({ length: 1 + (seed % 3) }, (_, index) =>
      String(((seed * 7919 + index * 1237) % 9890) + 10),
    )
    const { bytes } = await racePhoto({ numbers, width, height: Math.round((width * 3) / 4), seed })
    const { id } = await accepted(url, { bytes, name: `${seed}.jpg`, path: '/photos' })
    drawn.set(id, numbers.toSorted().join())
  })
  return drawn
}

async function readAll(darkroom: Installation, photos: number, { slots, kills }: { slots: number; kills: number }) {
  let childMb = 0
  const run = await workInLives(darkroom, {
    app: 'photo-worker',
    env: { PHOTO_CONCURRENCY: String(slots) },
    kills,
    tasks: photos,
    ended: () => darkroom.tasks.countDocuments({ status: { $in: ['completed', 'failed'] } }),
    sample: (worker) => {
      const children = treeOf([worker.pid]).filter((pid) => pid !== worker.pid)
      childMb = Math.max(childMb, ...children.map((pid) => memoryMbOfTrees([pid])))
    },
  })
  return { ...run, childMb }
}

async function allTasks(url: string): Promise<Map<string, Task>> {
  const tasks = new Map<string, Task>()
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await fetch(`${url}/api/v1/tasks?limit=100${cursor && `&cursor=${cursor}`}`)
    const { items, nextCursor } = (await answer.json()) as TaskPage
    for (const task of items) tasks.set(task.id, task)
    cursor = nextCursor
  }
  return tasks
}

const numbersIn = (task: Task | undefined): string | undefined => {
  const { data } = photoBibs.result.safeParse(task?.result)
  return data?.bibs
    .map(({ number }) => number)
    .toSorted()
    .join()
}
