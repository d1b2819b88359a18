// Time from the start of a process until it is ready, relative to loading its libraries alone; and
// the CPU time of idle processes. Options: --rounds 5 --idleSeconds 10
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { cpuMsOfTrees } from './support/cpu-time.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

type App = 'api' | 'image-worker'
/** In ms. */
type Measures = Record<App, { ready: number; libraries: number }>

const APPS: App[] = ['api', 'image-worker']
/** By then everything that happens once after a start is over. */
const SETTLE_MS = 3000
const APPS_FOLDER = join(import.meta.dirname, '..', 'apps')

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, idleSeconds } = wholeNumbers(args, { rounds: 5, idleSeconds: 10 })
    return withServices(async ({ redis, mongo, ...services }) => {
      const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
      try {
        // The first start creates the indexes, and reads from disk what later starts find in
        // memory.
        await measureRound(darkroom)
        const rounds = await undisturbedRounds(wanted, () => measureRound(darkroom))
        const counting = countingRounds(rounds).map(({ measures }) => measures)
        const idle = await idlePercent(darkroom, idleSeconds)
        return {
          figures: [
            ...APPS.map((app) =>
              figureOf(
                `from the start of ${app} until it is ready, relative to loading its libraries`,
                counting.map((measures) => measures[app].ready / measures[app].libraries),
                'x',
                { atMost: 2, goal: 1.5 },
              ),
            ),
            ...APPS.map((app) => figureOf(`of a core, for an idle ${app}`, [idle[app]], '%', { atMost: 1, goal: 0.5 })),
          ],
          notes: rounds.map(
            ({ measures, calm }) => `${APPS.map((app) => describe(app, measures[app])).join('; ')}${calmNote(calm)}`,
          ),
          details: { options: { idleSeconds }, stores: storesOf({ redis, mongo, ...services }), rounds, idle },
        }
      } finally {
        await darkroom.stop()
      }
    })
  },
}

async function measureRound(darkroom: Installation): Promise<Measures> {
  const measures = {} as Measures
  for (const app of APPS) {
    const [libraries] = await timed(() => loadLibraries(join(APPS_FOLDER, app)))
    const [ready, started] = await timed(() => start(darkroom, app))
    measures[app] = { libraries, ready }
    await started.stop()
  }
  return measures
}

const start = (darkroom: Installation, app: App) => (app === 'api' ? darkroom.api() : darkroom.worker('worker'))

async function loadLibraries(folder: string): Promise<void> {
  const script = join(import.meta.dirname, 'support', 'library-start.ts')
  const [code] = (await once(
    spawn(process.execPath, ['--conditions=source', script, folder], { stdio: 'inherit' }),
    'exit',
  )) as [number]
  if (code !== 0) throw new Error(`The libraries of ${folder} could not be loaded`)
}

async function timed<T>(act: () => Promise<T>): Promise<[ms: number, T]> {
  const startedAt = performance.now()
  const result = await act()
  return [performance.now() - startedAt, result]
}

async function idlePercent(darkroom: Installation, seconds: number): Promise<Record<App, number>> {
  const started = await Promise.all(APPS.map((app) => start(darkroom, app)))
  await pause(SETTLE_MS)
  const before = started.map(({ pid }) => cpuMsOfTrees([pid]))
  await pause(seconds * 1000)
  const percents = started.map(({ pid }, index) => (cpuMsOfTrees([pid]) - (before[index] ?? 0)) / (seconds * 10))
  return Object.fromEntries(APPS.map((app, index) => [app, percents[index]])) as Record<App, number>
}

const describe = (app: App, { ready, libraries }: { ready: number; libraries: number }): string =>
  `${app}: ready after ${ready.toFixed(0)} ms, libraries ${libraries.toFixed(0)} ms`
