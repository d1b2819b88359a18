import { setTimeout as pause } from 'node:timers/promises'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { allowedMs, checkEnded } from '../watch.ts'

const DONE_MS = 20_000

/**
 * Redis does not respond for a while, first for the lifetime of a lock, then for longer; its
 * connections stay open.
 */
export const frozenRedis: Scenario = {
  name: 'fi-09',
  title: 'SIGSTOP of Redis for 5 s and for longer',
  profile: 'long',
  tasks: { quick: 60, long: 300 },
  run: async (rig, tasks) => {
    const pid = rig.services.redis.pid
    if (pid === undefined) throw new Error('This Redis is not a process of ours and cannot be frozen')
    const doneMs = await allowedMs(rig, DONE_MS)
    const freezes = [5000, rig.long ? 20_000 : 10_000]
    const load = uploadMany(rig.client, {
      count: tasks,
      overMs: freezes.reduce((sum, ms) => sum + ms + 2000, 0),
      atOnce: 4,
    })
    for (const ms of freezes) {
      await pause(2000)
      rig.fault('SIGSTOP', 'redis', `${ms} ms`)
      process.kill(pid, 'SIGSTOP')
      await pause(ms).finally(() => process.kill(pid, 'SIGCONT'))
    }
    await checkEnded(rig, 'done after it woke up', await load, doneMs)
  },
}
