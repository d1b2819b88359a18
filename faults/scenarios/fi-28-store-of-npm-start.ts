import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded } from '../watch.ts'

const BACK_MS = 60_000
const DONE_MS = 60_000

/**
 * The store started by `npm start` is killed at the very moment of a 202, again and again; it is
 * restarted automatically.
 */
export const storeOfNpmStart: Scenario = {
  name: 'fi-28',
  title: 'kill -9 of the MongoDB started by npm start',
  profile: 'quick',
  throughStart: true,
  tasks: { quick: 60, long: 300 },
  run: async (rig, tasks) => {
    const kills = rig.long ? 10 : 3
    const accepted: string[] = []
    for (let kill = 1; kill <= kills; kill++) {
      const pid = rig.services.mongo.pid
      const count = Math.ceil(tasks / kills)
      let heard = 0
      const onAccepted = (): void => {
        if (++heard === Math.ceil(count / 2)) crash(rig, pid)
      }
      const load = uploadMany(rig.client, {
        count,
        atOnce: 8,
        label: `round-${kill}`,
        followers: rig.followers,
        onAccepted,
      })
      accepted.push(...(await load))
      await until(() => isAnother(rig.services.mongo.pid, pid), {
        timeoutMs: BACK_MS,
        what: 'MongoDB to be restarted',
      })
      await rig.allReady()
    }
    await checkEnded(rig, 'done after the last crash', accepted, DONE_MS)
  },
}

function crash(rig: Rig, pid: number | undefined): void {
  if (pid === undefined)
    throw new Error(`This scenario needs a store that it can kill: ${rig.services.mongo.description}`)
  rig.fault('kill -9', 'mongo')
  process.kill(pid, 'SIGKILL')
}

const isAnother = (pid: number | undefined, before: number | undefined): boolean => pid !== undefined && pid !== before
