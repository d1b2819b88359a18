// Jobs added to the queue per second, a thousand at a time, relative to a bare queue. Options:
// --rounds 5 --jobs 1000
import { imageOptimize } from '@darkroom/contracts'
import { TaskQueue, queueNames } from '@darkroom/messaging'
import { uniqueName, until } from '@darkroom/testing'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { imageDelivery } from './support/image-delivery.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

const BATCHES = 10

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, jobs } = wholeNumbers(args, { rounds: 5, jobs: 1000 })
    return withServices(async (services) => {
      const redis = new Redis(services.redis.url)
      await until(() => redis.status === 'ready', { what: 'a connection to Redis' })
      try {
        const rounds = await undisturbedRounds(wanted, () => measureRound(redis, jobs))
        return {
          figures: [
            figureOf(
              `jobs added to the queue per second, ${jobs} at a time, relative to a bare queue`,
              countingRounds(rounds).map(({ measures: { service, bare } }) => service / bare),
              'x',
              { atLeast: 0.7, goal: 0.85 },
            ),
          ],
          notes: rounds.map(
            ({ measures: { service, bare }, calm }) =>
              `service ${service.toFixed(0)}/s, bare ${bare.toFixed(0)}/s${calmNote(calm)}`,
          ),
          details: { options: { jobs }, stores: storesOf(services), rounds },
        }
      } finally {
        redis.disconnect()
      }
    })
  },
}

/** Alternating, so that both have the same share of the machine. */
async function measureRound(redis: Redis, jobs: number): Promise<Record<'service' | 'bare', number>> {
  const namespace = uniqueName('bench')
  const ours = new TaskQueue({ redis, names: queueNames({ namespace }, imageOptimize), kind: imageOptimize })
  const bare = new Queue('bare', { connection: redis, prefix: namespace })
  const took = { service: 0, bare: 0 }
  try {
    for (let batch = 0; batch <= BATCHES; batch++) {
      const deliveries = Array.from({ length: jobs }, () => imageDelivery())
      const bareJobs = deliveries.map(({ job }) => ({ name: 'job', data: job, opts: { jobId: job.taskId } }))
      const service = await timeOf(() => ours.add(deliveries))
      const alone = await timeOf(() => bare.addBulk(bareJobs))
      // The first batch of each loads the scripts.
      if (batch === 0) continue
      took.service += service
      took.bare += alone
    }
    const perSecond = (ms: number): number => (jobs * BATCHES * 1000) / ms
    return { service: perSecond(took.service), bare: perSecond(took.bare) }
  } finally {
    await Promise.all([ours.bullmq.obliterate({ force: true }), bare.obliterate({ force: true })])
    await Promise.all([ours.close(), bare.close()])
  }
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await act()
  return performance.now() - startedAt
}
