import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { runsMet } from '../numbers.ts'
import type { Scenario } from '../scenario.ts'
import { slowImages } from '../slow-images.ts'
import { allowedMs, checkEnded, everyMs, runsOf } from '../watch.ts'

const DONE_MS = 15_000
/**
 * Longer than the lifetime of a lock: jobs end in the meantime, their results cannot be delivered,
 * and afterwards no worker owns them.
 */
const LONG_DOWN_MS = 6000

/**
 * kill -9 of Redis and a restart from its append-only file, again and again while jobs are running.
 * The last time it stays down for longer.
 */
export const redisCrashes: Scenario = {
  name: 'fi-08',
  title: 'repeated kill -9 of Redis with AOF',
  profile: 'ci',
  tasks: { quick: 90, long: 400 },
  patches: () => [slowImages({ photo: 400 })],
  run: async (rig, tasks) => {
    const doneMs = await allowedMs(rig, DONE_MS)
    const [kills, everyMsLong] = rig.long ? [5, 8000] : [3, 4000]
    const load = uploadMany(rig.client, {
      followers: rig.followers,
      count: tasks,
      overMs: kills * everyMsLong + LONG_DOWN_MS,
      atOnce: 4,
    })
    await everyMs(everyMsLong, kills, (kill) => crash(rig, kill === kills - 1 ? LONG_DOWN_MS : 0))
    await checkEnded(rig, 'done after the last crash', await load, doneMs)
    const met = runsMet(rig.history.entries).size
    rig.check('each crash met jobs at work', met >= kills, `${met} jobs were running when Redis died`)
  },
}

async function crash(rig: Rig, downMs: number): Promise<void> {
  const begun = runsOf(rig).length
  await until(() => runsOf(rig).length > begun, { timeoutMs: 20_000, intervalMs: 2, what: 'a job to begin' })
  rig.fault('kill -9 and restart', 'redis', `${downMs} ms down`)
  await rig.services.redis.kill?.('SIGKILL')
  await pause(downMs)
  await rig.services.redis.restart?.()
}
