import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { msUntilEnded } from '../watch.ts'

const [EACH_WAY_MS, RESETS_A_SECOND] = [100, 0.02]
const LEAST_SHARE = 0.7

/**
 * A round trip of 200 ms to Redis and MongoDB, and every second 2 % of the connections break.
 * Throughput must hold.
 */
export const slowNetwork: Scenario = {
  name: 'fi-20',
  title: '200 ms latency to the stores, 2 % of connections break every second',
  profile: 'long',
  alone: true,
  tasks: { quick: 120, long: 1000 },
  // A slot waits for a round trip to Redis after each job: with such a distant Redis one starts
  // more slots (docs/operations.md).
  workerEnv: { WORKER_CONCURRENCY: '3' },
  run: async (rig, tasks) => {
    const clean = await secondsFor(rig, tasks / 3, 'clean')
    rig.fault('latency 200 ms, resets 2 %/s', 'redis, mongo')
    for (const proxy of [rig.redisProxy, rig.mongoProxy]) {
      proxy.delay(EACH_WAY_MS)
      proxy.resetShare(RESETS_A_SECOND)
    }
    const slow = (await secondsFor(rig, (tasks * 2) / 3, 'slow')) / 2
    const share = clean / slow
    rig.check(
      'throughput',
      share >= LEAST_SHARE,
      `${Math.round(share * 100)} % of the clean run's, ${LEAST_SHARE * 100} % wanted`,
    )
  },
}

/** Many concurrent clients: a slow network is saturated by concurrency, not by speed. */
async function secondsFor(rig: Rig, count: number, label: string): Promise<number> {
  const startedAt = Date.now()
  const accepted = await uploadMany(rig.client, { count: Math.round(count), label, atOnce: 48 })
  await msUntilEnded(rig, accepted, 120_000)
  return (Date.now() - startedAt) / 1000
}
