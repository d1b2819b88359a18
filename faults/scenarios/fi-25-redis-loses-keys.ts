import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { slowImages } from '../slow-images.ts'
import { checkEnded, emptyQueue, fillQueue, QUEUE } from '../watch.ts'

/** A waiting task is checked after ten seconds. */
const DONE_MS = 30_000

/** A list of the queue, or the jobs themselves. */
const LOSSES = ['prioritized', 'jobs', 'events', 'meta'] as const

/**
 * Redis loses single keys, as with eviction: jobs that are no longer in any list, a list without
 * jobs, the event stream.
 */
export const redisLosesKeys: Scenario = {
  name: 'fi-25',
  title: 'Redis loses single keys',
  profile: 'quick',
  tasks: { quick: 50, long: 500 },
  patches: () => [slowImages({ active: 300 })],
  run: async (rig, tasks) => {
    const count = Math.floor(tasks / (LOSSES.length + 1))
    for (const loss of LOSSES) {
      const accepted = await fillQueue(rig, () => uploadMany(rig.client, { count, label: loss, widthPx: 320 }))
      rig.fault('DEL', `redis: ${loss}`)
      await rig.redis.del(loss === 'jobs' ? accepted.map((id) => `${QUEUE}:${id}`) : [`${QUEUE}:${loss}`])
      for (const worker of rig.workers) worker.letUp()
      await checkEnded(rig, `done after the loss of ${loss}`, accepted, DONE_MS)
      await emptyQueue(rig, DONE_MS)
    }
    await loseRunningJobs(rig, count)
  },
}

async function loseRunningJobs(rig: Rig, count: number): Promise<void> {
  const uploads = uploadMany(rig.client, { count, label: 'active', widthPx: 320 })
  await until(async () => (await rig.redis.llen(`${QUEUE}:active`)) > 1, {
    timeoutMs: 30_000,
    intervalMs: 2,
    what: 'jobs to run',
  })
  rig.fault('DEL', 'redis: active')
  await rig.redis.del(`${QUEUE}:active`)
  await checkEnded(rig, 'done after the loss of active', await uploads, DONE_MS)
}
