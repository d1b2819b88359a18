// A tenant floods the queue while another adds single jobs: how many jobs of the flood start before
// each of these, with jobs that only wait; and what taking turns costs, with jobs that do nothing.
// Two slots. Options: --rounds 5 --jobs 1000 --singles 10
import { setTimeout as pause } from 'node:timers/promises'
import { imageOptimize, PRIORITIES } from '@darkroom/contracts'
import { createQueueWorker, queueNames, TaskQueue, type Delivery, type QueueNames } from '@darkroom/messaging'
import { uniqueName, until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { imageDelivery } from './support/image-delivery.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

const SLOTS = 2
/** The flood must last until the last single job was added. */
const FLOOD_JOB_MS = 10

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, jobs, singles } = wholeNumbers(args, { rounds: 5, jobs: 1000, singles: 10 })
    return withServices(async (services) => {
      const rounds = await undisturbedRounds(wanted, () => measureRound(services.redis.url, jobs, singles))
      const counting = countingRounds(rounds).map(({ measures }) => measures)
      return {
        figures: [
          figureOf(
            'jobs of a flood started before the single job of another tenant, at most',
            counting.map(({ passed }) => Math.max(...passed)),
            '',
            { atMost: SLOTS, goal: SLOTS },
          ),
          figureOf(
            `that turns add to the time of a job, added with ${jobs} and started; a photo takes some 50 ms`,
            counting.map(({ turns, arrival }) => 1000 / turns - 1000 / arrival),
            'ms',
            { atMost: 0.5, goal: 0.1 },
          ),
        ],
        notes: rounds.map(
          ({ measures: { turns, arrival, passed }, calm }) =>
            `turns ${turns.toFixed(0)}/s, arrival ${arrival.toFixed(0)}/s, passed ${passed.join(' ')}${calmNote(calm)}`,
        ),
        details: { options: { jobs, singles }, stores: storesOf(services), rounds },
      }
    })
  },
}

async function measureRound(url: string, jobs: number, singles: number) {
  const redis = new Redis(url)
  await until(() => redis.status === 'ready', { what: 'a connection to Redis' })
  try {
    const turns = await timed(redis, jobs, (queue, deliveries) => queue.add(deliveries))
    const arrival = await timed(redis, jobs, addInOrderOfArrival)
    return { turns, arrival, passed: await flood(redis, jobs, singles) }
  } finally {
    redis.disconnect()
  }
}

/** What `TaskQueue.add` does, without turns. */
const addInOrderOfArrival = async (queue: TaskQueue, deliveries: Delivery[]): Promise<void> => {
  await queue.bullmq.addBulk(
    deliveries.map(({ job, priority, attempts }) => ({
      name: queue.kind.job,
      data: job,
      opts: { jobId: job.taskId, priority: PRIORITIES[priority], attempts },
    })),
  )
}

/** Jobs added and started per second. */
async function timed(redis: Redis, jobs: number, add: (queue: TaskQueue, deliveries: Delivery[]) => Promise<void>) {
  const { queue, started, work, end } = open(redis)
  try {
    const startedAt = performance.now()
    await add(
      queue,
      Array.from({ length: jobs }, () => imageDelivery({ tenant: 'only' })),
    )
    work()
    await until(() => started.length === jobs, { what: 'every job to be started', timeoutMs: 60_000 })
    return (jobs * 1000) / (performance.now() - startedAt)
  } finally {
    await end()
  }
}

async function flood(redis: Redis, jobs: number, singles: number): Promise<number[]> {
  const { queue, names, started, work, end } = open(redis, FLOOD_JOB_MS)
  const other = new TaskQueue({ redis, names, kind: imageOptimize })
  try {
    await queue.add(Array.from({ length: jobs }, () => imageDelivery({ tenant: 'flood' })))
    work()
    const passed: number[] = []
    for (let single = 1; single <= singles; single++) {
      const from = started.length
      await until(() => started.length >= from + jobs / (2 * singles), { what: 'the flood to be processed' })
      await other.add([imageDelivery({ tenant: 'single' })])
      const before = started.length
      await until(() => started.includes('single', from), { what: 'the single job to be started' })
      passed.push(Math.max(0, started.indexOf('single', from) - before))
    }
    return passed
  } finally {
    await other.close()
    await end()
  }
}

/** A queue of its own, and a worker that only notes the tenants of the jobs it starts. */
function open(redis: Redis, jobMs = 0) {
  const names: QueueNames = queueNames({ namespace: uniqueName('bench') }, imageOptimize)
  const queue = new TaskQueue({ redis, names, kind: imageOptimize })
  const consumer = redis.duplicate({ maxRetriesPerRequest: null })
  const started: string[] = []
  const worker = createQueueWorker(
    async ({ data }) => {
      started.push(data.tenant)
      if (jobMs > 0) await pause(jobMs)
      return undefined as never
    },
    {
      redis: consumer,
      names,
      workerId: 'bench',
      concurrency: SLOTS,
      lockDurationMs: 30_000,
      stalledIntervalMs: 30_000,
    },
  )
  worker.on('error', () => {})
  return {
    queue,
    names,
    started,
    work: (): void => void worker.run(),
    end: async (): Promise<void> => {
      await worker.close()
      await queue.bullmq.obliterate({ force: true })
      await queue.close()
      consumer.disconnect()
    },
  }
}
