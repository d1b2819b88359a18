import { setTimeout as pause } from 'node:timers/promises'
import { allowedMs } from '@darkroom/testing'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded, usualMs } from '../watch.ts'

/**
 * Connections are replaced within 15 s; everything that waited for them is finished within 5 s
 * more, or as soon as a busy machine can.
 */
const REPLACED_MS = 15_000
const DONE_MS = 5000
const LOAD_MS = 8000

/** All connections to Redis become silent in the middle of the load, while new ones work. */
export const silentRedis: Scenario = {
  name: 'fi-26',
  title: 'Redis connections fall silent without a reset',
  profile: 'quick',
  tasks: { quick: 40, long: 200 },
  run: async (rig, tasks) => {
    const rounds = rig.long ? 4 : 1
    const usual = await usualMs(rig, () => uploadMany(rig.client, { count: 4, atOnce: 4, label: 'usual' }))
    for (let round = 0; round < rounds; round++) {
      const load = uploadMany(rig.client, {
        count: Math.ceil(tasks / rounds),
        overMs: LOAD_MS,
        atOnce: 4,
        label: `round-${round}`,
      })
      await pause(LOAD_MS / 4)
      rig.fault('silence', 'redis')
      rig.redisProxy.silence()
      const backAt = Date.now() + REPLACED_MS + allowedMs(DONE_MS, usual)
      const accepted = await load
      await checkEnded(rig, `served again after silence ${round + 1}`, accepted, backAt - Date.now())
    }
  },
}
