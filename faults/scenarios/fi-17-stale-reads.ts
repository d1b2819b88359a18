import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { pick } from '../random.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded } from '../watch.ts'

const READERS = 6
const CUTS = 3

/**
 * Readers request tasks and lists continuously while these change, and Redis is occasionally
 * disconnected. Once nothing changes any more, no response may be stale. Ends before cached entries
 * would have expired.
 */
export const staleReads: Scenario = {
  name: 'fi-17',
  title: 'readers race writers for the cache while Redis is disconnected',
  profile: 'quick',
  tasks: { quick: 60, long: 300 },
  run: async (rig, tasks) => {
    const known: string[] = []
    let over = false
    const readers = Array.from({ length: READERS }, () => read(rig, known, () => over))
    const cuts = cutRedis(rig)
    await uploadMany(rig.client, { count: tasks, overMs: CUTS * 3000, onAccepted: (id) => known.push(id) })
    await cuts
    await checkEnded(rig, 'all done', known, 30_000)
    over = true
    await Promise.all(readers)
  },
}

async function read({ client, random }: Rig, known: readonly string[], isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    if (known.length > 0) await client.look(random() < 0.5 ? (known.at(-1) ?? '') : pick(known, random))
    if (random() < 0.1) await client.lookAtList()
    await pause(10)
  }
}

async function cutRedis(rig: Rig): Promise<void> {
  for (let cut = 0; cut < CUTS; cut++) {
    await pause(2000)
    rig.fault('cut off', 'redis')
    await rig.redisProxy.cut()
    await pause(700)
    await rig.redisProxy.restore()
  }
}
