import { globSync } from 'node:fs'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded } from '../watch.ts'

const SKEWS: Record<string, string> = { 'worker-1': '+1h', 'api-1': '-1h' }

const faketime = (): string | undefined => globSync('/usr/lib/*/faketime/libfaketime.so.1')[0]

/**
 * The clock of one worker is an hour fast, that of one API an hour slow: order must not depend on
 * clocks.
 */
export const wrongClocks: Scenario = {
  name: 'fi-19',
  title: 'clocks an hour ahead and an hour behind',
  profile: 'long',
  tasks: { quick: 60, long: 200 },
  skip: () =>
    faketime() === undefined ? 'libfaketime is not installed (Debian: apt-get install faketime)' : undefined,
  envOf: (name) => {
    const skew = SKEWS[name]
    // Only the wall clock is wrong; timers must work.
    return skew === undefined ? {} : { LD_PRELOAD: faketime(), FAKETIME: skew, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  },
  run: async (rig, tasks) => {
    rig.fault('clock skew', Object.entries(SKEWS).flat().join(' '))
    const accepted = await uploadMany(rig.client, { count: tasks, overMs: 6000 })
    await checkEnded(rig, 'done', accepted, 30_000)
    const documents = await rig.db.collection('tasks').find().toArray()
    const absurd = documents.filter((task) => Number(task['waitMs']) < 0 || Number(task['processingTimeMs']) < 0)
    rig.check('no negative times', absurd.length === 0, `${absurd.length} of ${documents.length}`)
  },
}
