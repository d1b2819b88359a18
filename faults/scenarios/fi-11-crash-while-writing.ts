import { until } from '@darkroom/testing'
import { arm, crashMachineHere, untilHit } from '../failpoint.ts'
import { powerCuts } from '../power-cut.ts'
import { readFiles } from '../final-reads.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import type { Patch } from '../tree.ts'

const WRITE = 'packages/storage/src/disk-write.ts'
const CHILD = 'packages/worker/src/child/serve-jobs.ts'
const PATHS = 'packages/storage/src/disk-paths.ts'

/** A line of the product before which a machine may die, by the name of the point. */
const BEFORE: Record<string, { file: string; line: string }> = {
  'before the temporary file is made': {
    file: WRITE,
    line: '  const { file, durable } = await inFolder(place, async (folder) => ({\n',
  },
  'before the bytes are written': { file: WRITE, line: '      await file.writeFile(body)\n' },
  'before fsync': { file: WRITE, line: '      await file.sync()\n' },
  'after fsync': {
    file: WRITE,
    line: '      return body instanceof Uint8Array ? body.length : (await file.stat()).size\n',
  },
  'before the comparison': { file: WRITE, line: '  const same = !isNew && (await hasSameContent(fs, path, source))\n' },
  'before rename': { file: WRITE, line: '    await fs.rename(source, path)\n' },
  'after rename': {
    file: WRITE,
    line: '    await Promise.all([fs.syncFolder(dirname(path)), folder])\n',
  },
  'before a folder is made': {
    file: PATHS,
    line: '    const isNew = await makeOne(fs, folder)\n',
  },
  'after the folder was synced': { file: WRITE, line: '    return { bytes, written }\n' },
  'before the answer': { file: CHILD, line: "    tell({ type: 'done', processed })\n" },
}
/** Half of the bytes are in the file when the machine dies. */
const HALF_WRITTEN = 'half written'
const WRITE_HALF = 'await file.writeFile((body as Uint8Array).subarray(0, (body as Uint8Array).length >> 1))'

/**
 * kill -9 of a worker and its child at each point of writing a variant; data that has not been
 * synced is lost with it. Right after its death no file with a final name may be partial, and in
 * the end there are exactly the files that the documents list.
 */
export const crashWhileWriting: Scenario = {
  name: 'fi-11',
  title: 'kill -9 at each point of writing a variant',
  profile: 'ci',
  tasks: { quick: 66, long: 220 },
  patches,
  run: async (rig, tasks) => {
    const points = [...Object.keys(BEFORE), HALF_WRITTEN]
    for (const [index, point] of points.entries()) {
      // At least one worker must be running.
      await until(() => rig.workers.some(({ isReady }) => isReady), { timeoutMs: 30_000, what: 'a worker' })
      arm(rig.flags, flagOf(point))
      const load = uploadMany(rig.client, {
        count: Math.ceil(tasks / points.length),
        label: `point-${index}`,
        atOnce: 3,
      })
      await untilHit(rig.flags, flagOf(point), 30_000)
      rig.fault(`kill -9 ${point}`, 'worker')
      await readFiles(rig, { early: true, folder: 'output' })
      await load
    }
  },
}

const flagOf = (point: string): string => point.replaceAll(' ', '-')

function patches(flags: string): Patch[] {
  const halfWritten = {
    file: WRITE,
    find: BEFORE['before the bytes are written']?.line ?? '',
    replace: `      ${crashMachineHere(flags, flagOf(HALF_WRITTEN), WRITE_HALF)}      ${crashMachineHere(flags, flagOf('before the bytes are written'))}      await file.writeFile(body)\n`,
  }
  const others = Object.entries(BEFORE).filter(([point]) => point !== 'before the bytes are written')
  return [
    powerCuts('child', flags),
    ...others.map(([point, { file, line }]) => ({
      file,
      find: line,
      replace: `  ${crashMachineHere(flags, flagOf(point))}${line}`,
    })),
    halfWritten,
  ]
}
