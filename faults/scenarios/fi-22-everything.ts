import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { runsMet } from '../numbers.ts'
import { pick } from '../random.ts'
import type { Scenario } from '../scenario.ts'
import { slowImages } from '../slow-images.ts'

/** All kinds of faults, at random from the seed, under load, for a long time. */
export const everything: Scenario = {
  name: 'fi-22',
  title: 'everything at random',
  profile: 'long',
  tasks: { quick: 200, long: 5000 },
  patches: () => [slowImages({ photo: 400 })],
  run: async (rig, tasks) => {
    const forMs = rig.long ? 600_000 : 60_000
    const until = Date.now() + forMs
    const load = uploadMany(rig.client, { followers: rig.followers, count: tasks, overMs: forMs })
    let faults = 0
    for (; Date.now() < until; faults++) {
      await pause(1000 + rig.random() * 4000)
      await pick(FAULTS, rig.random)(rig)
    }
    await load
    const met = runsMet(rig.history.entries).size
    rig.check('faults met jobs at work', met >= faults / 2, `${met} jobs were running during ${faults} faults`)
  },
}

const FAULTS: readonly ((rig: Rig) => Promise<void> | void)[] = [
  (rig) => killOne(rig, 'workers'),
  (rig) => killOne(rig, 'workers'),
  (rig) => killOne(rig, 'apis'),
  async ({ fault, services, random }) => {
    fault('kill -9 and restart', 'redis')
    await services.redis.kill?.('SIGKILL')
    await pause(random() * 3000)
    await services.redis.restart?.()
  },
  async ({ fault, services, random }) => {
    fault('kill -9 and restart', 'mongo')
    await services.mongo.kill?.('SIGKILL')
    await pause(random() * 3000)
    await services.mongo.restart?.()
  },
  async ({ fault, redis }) => {
    fault('CLIENT KILL TYPE pubsub', 'redis')
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  },
]

function killOne(rig: Rig, kind: 'apis' | 'workers'): void {
  const victim = pick(rig[kind], rig.random)
  rig.fault('kill -9', victim.name)
  victim.kill()
}
