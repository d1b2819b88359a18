import { arm, crashHere, untilHit } from '../failpoint.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded } from '../watch.ts'

const POINT = 'before-add'
/** Lease 5 s, then a sweep every 4 to 6 s, counted from the last crash; the restart takes part of it. */
const RECOVERY_MS = 12_000

/**
 * The API is killed exactly between the insert of a task and its queue.add: the document alone knows of the task, and
 * its client may not even have got an answer. This is where a service without an outbox loses work for good.
 */
export const crashBeforeDispatch: Scenario = {
  name: 'fi-05',
  title: 'kill -9 of the API between insert and queue.add',
  quick: true,
  tasks: { quick: 60, long: 300 },
  patches: (flags) => [
    {
      file: 'apps/api/src/sync/dispatcher.ts',
      find: '      await queue.add(tasks.map(',
      replace: `      ${crashHere(flags, POINT)}      await queue.add(tasks.map(`,
    },
  ],
  run: async (rig, tasks) => {
    const kills = rig.long ? 100 : 12
    const load = uploadMany(rig.client, { followers: rig.followers, count: tasks, overMs: kills * 1500, atOnce: 4 })
    for (let kill = 1; kill <= kills; kill++) {
      arm(rig.flags, POINT)
      // Towards the end the load alone may not bring another task to this line.
      const extra =
        kill === kills ? load.then(() => uploadMany(rig.client, { followers: rig.followers, count: 1, label: `last-${kill}` })) : undefined
      await untilHit(rig.flags, POINT, 60_000)
      rig.fault('kill -9 between insert and add', 'api')
      await extra
    }
    const accepted = [...(await load)]
    await checkEnded(rig, 'dispatched after the crash', accepted, RECOVERY_MS)
  },
}
