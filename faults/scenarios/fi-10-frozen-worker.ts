import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { only } from '../history.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { slowImages } from '../slow-images.ts'
import type { SupervisedProcess } from '../supervised-process.ts'

/**
 * A worker is frozen in the middle of a job for longer than the lifetime of its lock, like a
 * suspended virtual machine, and resumes believing that it still owns the job. By then another one
 * has processed it: events of the frozen worker must change nothing.
 */
export const frozenWorker: Scenario = {
  name: 'fi-10',
  title: 'SIGSTOP of a worker for longer than its lock, then SIGCONT',
  profile: 'ci',
  tasks: { quick: 90, long: 400 },
  patches: () => [slowImages({ photo: 300 })],
  run: async (rig, tasks) => {
    const [rounds, frozenMs] = rig.long ? [10, 15_000] : [3, 9000]
    const load = uploadMany(rig.client, { followers: rig.followers, count: tasks, overMs: rounds * (frozenMs + 1000) })
    for (let round = 0; round < rounds; round++) {
      const worker = await someoneAtWork(rig)
      worker.freeze(true)
      rig.fault('SIGSTOP', worker.name, `${frozenMs} ms`)
      await pause(frozenMs)
      worker.freeze(false)
      rig.fault('SIGCONT', worker.name)
    }
    await load
    await pause(2000)
    const refused = only(rig.history.entries, 'lock-lost').length
    rig.check(
      'the sleepers were refused',
      refused > 0,
      `${refused} times a worker learned that its job was not its own any more`,
    )
  },
}

/** The worker that has just started a run. */
async function someoneAtWork({ history, workers }: Rig): Promise<SupervisedProcess> {
  const from = history.entries.length
  return until(
    () => {
      const begun = only(history.entries.slice(from), 'run')[0]
      return workers.find(({ name }) => name === begun?.process)
    },
    { timeoutMs: 20_000, intervalMs: 1, what: 'a worker to begin a run' },
  )
}
