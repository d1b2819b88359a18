// What a fleet does to the stores, with workers that only wait instead of processing photos: the
// load while all of them are idle; jobs dispatched and finished per second without an API; tasks
// whose results an API applies. CPU time per job is what a larger machine is sized by.
// Options: --rounds 3 --workers 100 --slots 4 --jobMs 100 --jobs 20000 --tasks 1000
import { setTimeout as pause } from 'node:timers/promises'
import { imageOptimize } from '@darkroom/contracts'
import type { LocalServices } from '@darkroom/local-services'
import { queueNames, readWorkerPresence, TaskQueue, type Delivery } from '@darkroom/messaging'
import { until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import type { Document, ObjectId } from 'mongodb'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { startHelper, type HelperProcess } from './support/helper-process.ts'
import { imageDelivery } from './support/image-delivery.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { measureSide, type Side } from './support/side.ts'
import type { SimulatedWorkersOrder } from './support/simulated-workers.ts'
import { storedTask } from './support/stored-task.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

type Options = Record<'workers' | 'slots' | 'jobMs' | 'jobs' | 'tasks', number>

interface Measures {
  /** Commands to Redis per second and worker. */
  idleCommands: number
  idleRedis: Side
  jobs: Side
  jobCommands: number
  tasks: Side
  taskCommands: number
}

const DEFAULTS = { rounds: 3, workers: 100, slots: 4, jobMs: 100, jobs: 20_000, tasks: 1000 }
const PROCESSES = 4
const IDLE_MS = 10_000
const AT_ONCE = 1000
const POLL_MS = 100

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, ...options } = wholeNumbers(args, DEFAULTS)
    return withServices(async (services) => {
      const rounds = await undisturbedRounds(wanted, () => measureRound(services, options))
      const counting = countingRounds(rounds).map(({ measures }) => measures)
      const each = (of: 'jobs' | 'tasks', part: string) => counting.map(({ [of]: side }) => side.cpuMsEach[part] ?? 0)
      return {
        figures: [
          figureOf(
            `commands to Redis per second and idle worker, of ${options.workers}`,
            counting.map(({ idleCommands }) => idleCommands),
            '',
          ),
          figureOf(
            'CPU of Redis while all of them are idle',
            counting.map(({ idleRedis }) => idleRedis.cpuMsEach['redis'] ?? 0),
            '%',
            { atMost: 5, goal: 2 },
          ),
          figureOf(
            'jobs per second, from the queue to their end',
            counting.map(({ jobs }) => jobs.perSecond),
            '',
          ),
          figureOf('CPU time of Redis for each', each('jobs', 'redis'), 'ms', { atMost: 0.5, goal: 0.3 }),
          figureOf(
            'tasks per second whose results an API applied',
            counting.map(({ tasks }) => tasks.perSecond),
            '',
          ),
          figureOf('CPU time of Redis for each of these', each('tasks', 'redis'), 'ms', { atMost: 1.5, goal: 0.5 }),
          figureOf('CPU time of the API', each('tasks', 'api'), 'ms'),
          figureOf('CPU time of MongoDB', each('tasks', 'mongo'), 'ms'),
        ],
        notes: rounds.map(({ measures, calm }) => `${describe(measures)}${calmNote(calm)}`),
        details: { options, stores: storesOf(services), rounds },
      }
    })
  },
}

async function measureRound(services: LocalServices, options: Options): Promise<Measures> {
  const { redis, mongo } = services
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const connection = new Redis(redis.url)
  const fleet = Array.from({ length: PROCESSES }, () => startHelper('simulated-workers.ts'))
  try {
    await startFleet(fleet, darkroom, connection, options)
    const pids = { redis: redis.pid, ...Object.fromEntries(fleet.map(({ pid }, index) => [`fleet ${index}`, pid])) }
    const idle = await counted(connection, () => measureSide(pids, idling))
    const jobs = await counted(connection, () =>
      measureSide(pids, () => finishJobs(darkroom, connection, options.jobs)),
    )
    const api = await darkroom.api()
    const all = { api: api.pid, mongo: mongo.pid, ...pids }
    const tasks = await counted(connection, () =>
      measureSide(all, () => applyResults(darkroom, connection, options.tasks)),
    )
    return {
      idleCommands: idle.commands / (IDLE_MS / 1000) / options.workers,
      idleRedis: idle.side,
      jobs: jobs.side,
      jobCommands: jobs.commands / options.jobs,
      tasks: tasks.side,
      taskCommands: tasks.commands / options.tasks,
    }
  } finally {
    await Promise.all(fleet.map((helper) => helper.stop()))
    connection.disconnect()
    await darkroom.stop()
  }
}

async function startFleet(
  fleet: readonly HelperProcess[],
  { redisUrl, namespace, names }: Installation,
  redis: Redis,
  { workers, slots, jobMs }: Options,
): Promise<void> {
  await Promise.all(
    fleet.map(({ ask }, index) => {
      const count = Math.ceil((workers - index) / fleet.length)
      const workerIds = Array.from({ length: count }, (_, number) => `simulated-${index}-${number}`)
      return ask({ redisUrl, namespace, workerIds, slots, jobMs } satisfies SimulatedWorkersOrder)
    }),
  )
  const areAllThere = async (): Promise<boolean> => (await readWorkerPresence(redis, names)).workers === workers
  await until(areAllThere, { what: `${workers} workers to be connected` })
}

/** Per second of idleness: 10 ms of CPU time in a second are 1 %. */
async function idling(): Promise<{ perSecond: number; count: number }> {
  await pause(IDLE_MS)
  return { perSecond: 1, count: (IDLE_MS / 1000) * 10 }
}

async function finishJobs(darkroom: Installation, redis: Redis, count: number) {
  const queue = queueOf(darkroom, redis)
  const deliveries = Array.from({ length: count }, () => imageDelivery())
  const startedAt = performance.now()
  await addAll(queue, deliveries)
  const isDone = async (): Promise<boolean> => (await queue.counts()).completed >= count
  await until(isDone, { what: 'the end of all jobs', timeoutMs: 600_000, intervalMs: POLL_MS })
  const perSecond = (count * 1000) / (performance.now() - startedAt)
  await queue.close()
  return { perSecond, count }
}

async function applyResults(darkroom: Installation, redis: Redis, count: number) {
  const queue = queueOf(darkroom, redis)
  const nextCheckAt = new Date(Date.now() + 3_600_000)
  const unstarted = { status: 'pending', seq: 0, rev: 0, files: [], result: {}, nextCheckAt, attempts: NO_ATTEMPTS }
  const documents = Array.from({ length: count }, (_, index) => ({
    ...(storedTask(index) as Document & { _id: ObjectId; tenant: string }),
    ...unstarted,
    finishedAt: null,
    startedAt: null,
  }))
  await darkroom.tasks.insertMany(documents as never)
  const startedAt = performance.now()
  await addAll(
    queue,
    documents.map(({ _id }) => imageDelivery({ taskId: _id.toHexString() })),
  )
  const isDone = async (): Promise<boolean> => (await darkroom.tasks.countDocuments({ status: 'completed' })) >= count
  await until(isDone, { what: 'all results to be applied', timeoutMs: 600_000, intervalMs: POLL_MS * 5 })
  const perSecond = (count * 1000) / (performance.now() - startedAt)
  await queue.close()
  return { perSecond, count }
}

const NO_ATTEMPTS = { made: 0, max: 3, nextAt: null }

const queueOf = ({ namespace }: Installation, redis: Redis): TaskQueue =>
  new TaskQueue({ redis, names: queueNames({ namespace }, imageOptimize), kind: imageOptimize })

async function addAll(queue: TaskQueue, deliveries: readonly Delivery[]): Promise<void> {
  for (let from = 0; from < deliveries.length; from += AT_ONCE) await queue.add(deliveries.slice(from, from + AT_ONCE))
}

/** Also the number of commands that Redis executed in the meantime, not counting those in scripts. */
async function counted(redis: Redis, measure: () => Promise<Side>): Promise<{ side: Side; commands: number }> {
  const executed = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
  const before = await executed()
  const side = await measure()
  return { side, commands: (await executed()) - before }
}

function describe({ idleCommands, idleRedis, jobs, jobCommands, tasks, taskCommands }: Measures): string {
  const one = (what: string, { perSecond, cpuMsEach }: Side, commands: number): string => {
    const fleet = Object.entries(cpuMsEach).filter(([part]) => part.startsWith('fleet'))
    const own = Object.entries(cpuMsEach).filter(([part]) => !part.startsWith('fleet'))
    const parts = [...own, ['fleet', fleet.reduce((sum, [, ms]) => sum + ms, 0)] as const]
    const each = parts.map(([part, ms]) => `${part} ${ms.toPrecision(2)}`).join(', ')
    return `${what} ${perSecond.toFixed(0)}/s, CPU ms each: ${each}; ${commands.toFixed(1)} commands`
  }
  const idle = `idle ${idleCommands.toFixed(1)} commands/s a worker, Redis ${idleRedis.cpuMsEach['redis']?.toFixed(1)} %`
  return [idle, one('jobs', jobs, jobCommands), one('tasks', tasks, taskCommands)].join('; ')
}
