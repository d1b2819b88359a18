import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { bareUpdatesPerSecond } from '../bare-updates.ts'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded, checkRuns, emptyQueue, fillQueue, memoryOf } from '../watch.ts'

const WIDTH_PX = 320
const MORE_MIB = 100
/**
 * From the reader, the channel, the sweeper, the batches, the clean-up and the connections; not for
 * each task.
 */
const WARNINGS = 50
const DONE_MS = 60_000
/** Of a bare loop of guarded updates on the same store, as `npm run bench -- applying` asks for. */
const APPLIED_SHARE = 0.4

/**
 * MongoDB is down while many jobs finish. Their results wait in the queue: neither memory nor logs
 * grow with them.
 */
export const mongoAway: Scenario = {
  name: 'fi-24',
  title: 'MongoDB is down while many jobs finish',
  profile: 'quick',
  tasks: { quick: 400, long: 7500 },
  run: async (rig, tasks) => {
    const accepted = await fillQueue(rig, () => uploadMany(rig.client, { count: tasks, widthPx: WIDTH_PX }))
    const doneMs = rig.long ? (accepted.length / APPLIED_SHARE / (await bareUpdatesPerSecond(rig))) * 1000 : DONE_MS
    const before = await apisNow(rig)
    rig.fault('away', 'mongo')
    await rig.mongoProxy.cut()
    await emptyQueue(rig, rig.long ? 600_000 : 60_000)
    await pause(rig.long ? 105_000 : 15_000)
    const after = await apisNow(rig)
    await rig.mongoProxy.restore()
    const [mib, warnings] = [after.mib - before.mib, after.warnings - before.warnings]
    rig.check('memory meanwhile', mib <= MORE_MIB * rig.apis.length, `${mib} MiB more in ${rig.apis.length} APIs`)
    rig.check('warnings meanwhile', warnings <= WARNINGS, `${warnings} of ${rig.apis.length} APIs, ${WARNINGS} allowed`)
    await checkEnded(rig, 'done after MongoDB is back', accepted, Math.round(doneMs))
    checkRuns(rig, accepted.length)
  },
}

async function apisNow({ apis, folder }: Rig): Promise<{ mib: number; warnings: number }> {
  const memory = await Promise.all(apis.map(({ pid }) => memoryOf(pid)))
  const logs = await Promise.all(apis.map(({ name }) => readFile(join(folder, `${name}.log`), 'utf8')))
  const warnings = logs.flatMap((log) =>
    log.split('\n').filter((line) => /"level":(?:[456]0|"(?:warn|error|fatal)")/.test(line)),
  )
  return { mib: memory.reduce((sum, { nowMib }) => sum + nowMib, 0), warnings: warnings.length }
}
