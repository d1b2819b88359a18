import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { slowImages } from '../slow-images.ts'
import { checkEnded, QUEUE } from '../watch.ts'

/** All slots of all workers. */
const ACTIVE = 6
/**
 * Noticed within a sweep, then everything that is left is processed; sixty tasks, or 250, at about
 * eighty in two seconds.
 */
const DONE_MS = { quick: 20_000, long: 45_000 }

/**
 * Redis loses all its data while jobs are waiting and running: first FLUSHALL, then FLUSHALL, kill
 * -9 and a restart without data. The documents alone must restore every job.
 */
export const redisLosesEverything: Scenario = {
  name: 'fi-07',
  title: 'Redis loses everything, twice',
  profile: 'ci',
  tasks: { quick: 100, long: 560 },
  patches: () => [slowImages({ flush: 200, restart: 200 })],
  run: async (rig, tasks) => {
    for (const label of ['flush', 'restart'] as const) {
      const accepted = await makeBacklog(rig, tasks / 2, label)
      await until(async () => (await rig.redis.llen(`${QUEUE}:active`)) >= ACTIVE, {
        timeoutMs: 30_000,
        intervalMs: 2,
        what: 'jobs to run',
      })
      await loseEverything(rig, { restart: label === 'restart', leastWaiting: rig.long ? 250 : 20 })
      await checkEnded(rig, `done after the ${label}`, accepted, rig.long ? DONE_MS.long : DONE_MS.quick)
    }
  },
}

/** Jobs only wait while no worker is running. */
async function makeBacklog(rig: Rig, count: number, label: string): Promise<string[]> {
  await Promise.all(rig.workers.map((worker) => worker.holdDown('SIGTERM')))
  const accepted = await uploadMany(rig.client, { followers: rig.followers, count, label })
  for (const worker of rig.workers) worker.letUp()
  return accepted
}

interface Loss {
  restart: boolean
  leastWaiting: number
}

async function loseEverything({ fault, redis, services, check }: Rig, { restart, leastWaiting }: Loss): Promise<void> {
  const waiting = await redis.zcard(`${QUEUE}:prioritized`)
  const active = await redis.llen(`${QUEUE}:active`)
  check(
    'there was much to lose',
    waiting >= leastWaiting && active > 0,
    `${waiting} jobs waited, ${active} were active`,
  )
  fault(restart ? 'FLUSHALL, kill -9 and restart' : 'FLUSHALL', 'redis', `${waiting} jobs waiting, ${active} active`)
  await redis.flushall()
  if (!restart) return
  await services.redis.kill?.('SIGKILL')
  await services.redis.restart?.()
}
