import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded, everyMs } from '../watch.ts'

const DONE_MS = 15_000

/** kill -9 of Redis and a start on its append-only file, again and again under load. */
export const redisCrashes: Scenario = {
  name: 'fi-08',
  title: 'kill -9 of Redis with AOF, again and again',
  quick: true,
  tasks: { quick: 120, long: 400 },
  run: async (rig, tasks) => {
    const [kills, everyMsLong] = rig.long ? [5, 8000] : [3, 5000]
    const load = uploadMany(rig.client, { followers: rig.followers, count: tasks, overMs: kills * everyMsLong, atOnce: 4 })
    await everyMs(everyMsLong, kills, async () => {
      rig.fault('kill -9 and restart', 'redis')
      await rig.services.redis.kill?.('SIGKILL')
      await rig.services.redis.restart?.()
    })
    await checkEnded(rig, 'done after the last crash', await load, DONE_MS)
  },
}
