import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'

const QUEUE = 'bull:image-processing'

/**
 * Redis loses all it holds while jobs wait and run: FLUSHALL first, then FLUSHALL, kill -9 and a restart on nothing.
 * The documents alone must bring every job back.
 */
export const redisLosesEverything: Scenario = {
  name: 'fi-07',
  title: 'Redis loses everything, twice',
  quick: true,
  tasks: { quick: 120, long: 500 },
  run: async (rig, tasks) => {
    for (const restart of [false, true]) {
      await makeBacklog(rig, tasks / 2, restart ? 'restart' : 'flush')
      await until(async () => (await rig.redis.llen(`${QUEUE}:active`)) >= 2, { timeoutMs: 30_000, intervalMs: 2, what: 'jobs to run' })
      await loseEverything(rig, restart)
    }
  },
}

/** Jobs can wait only while nobody works. */
async function makeBacklog(rig: Rig, count: number, label: string): Promise<void> {
  for (const worker of rig.workers) worker.holdDown('SIGTERM')
  await uploadMany(rig.client, { followers: rig.followers, count, label })
  for (const worker of rig.workers) worker.letUp()
}

async function loseEverything({ fault, redis, services }: Rig, restart: boolean): Promise<void> {
  const waiting = await redis.zcard(`${QUEUE}:prioritized`)
  const active = await redis.llen(`${QUEUE}:active`)
  fault(restart ? 'FLUSHALL, kill -9 and restart' : 'FLUSHALL', 'redis', `${waiting} jobs waiting, ${active} active`)
  await redis.flushall()
  if (!restart) return
  await services.redis.kill?.('SIGKILL')
  await services.redis.restart?.()
}
