import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from '../driver.ts'
import { FINAL } from '../facts.ts'
import { findDocuments } from '../final-reads.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { msUntilEnded } from '../watch.ts'

const POISONS = {
  kill: `process.kill(process.pid, 'SIGKILL')`,
  // Hangs without using the CPU, which the memory test needs to be detected before its deadline.
  hang: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120_000)',
  eat: 'for (const eaten: Buffer[] = []; eaten.length < 150; await new Promise((r) => setTimeout(r, 5))) eaten.push(Buffer.alloc(10 * 1024 ** 2, 1))',
}
/** Three runs of everything that hangs, until each deadline, on a busy machine. */
const PATIENCE_MS = 180_000
/** The expected reason for each: another guard would be too late on a smaller machine. */
const CODES: Record<string, string> = { kill: 'WORKER_CRASHED', hang: 'DEADLINE', eat: 'MEMORY_LIMIT' }

/**
 * Images that kill their process, hang it or exhaust its memory, among valid ones. They fail within
 * three attempts; no others do.
 */
export const poison: Scenario = {
  name: 'fi-13',
  title: 'images that crash or hang their process, or exhaust its memory',
  profile: 'long',
  // The memory must be exhausted before the deadline.
  alone: true,
  tasks: { quick: 60, long: 500 },
  workerEnv: { JOB_DEADLINE_MS: '10000', CHILD_MAX_RSS_BYTES: String(512 * 1024 ** 2) },
  apiEnv: { QUEUE_BACKOFF_MS: '500' },
  patches: () => [
    {
      file: 'apps/image-worker/src/process-image.ts',
      find: `  const { made, bytesIn } = await readSource(`,
      replace: `${Object.entries(POISONS)
        .map(([name, code]) => `  if (job.imageName.startsWith('poison-${name}')) { ${code} }\n`)
        .join('')}  const { made, bytesIn } = await readSource(`,
    },
  ],
  run: async (rig, tasks) => {
    const pids = rig.workers.map(({ pid }) => pid)
    const [bad, everyMs] = rig.long ? [20, 1500] : [6, 500]
    const kinds = Object.keys(POISONS)
    const poisoned = Promise.all(
      Array.from({ length: bad }, async (_, index) => {
        await pause(index * everyMs)
        return rig.client.upload({ ...(await pictureOf(index, `poison-${kinds[index % kinds.length]}`)), good: false })
      }),
    )
    const good = await uploadMany(rig.client, { count: tasks - bad, overMs: bad * everyMs })
    const ids = (await poisoned).filter((id) => id !== undefined)
    await msUntilEnded(rig, [...good, ...ids], PATIENCE_MS)
    await judge(rig, ids, pids)
  },
}

async function judge(rig: Rig, ids: readonly string[], pids: readonly (number | undefined)[]): Promise<void> {
  const poisoned = (await findDocuments(rig)).filter(({ id }) => ids.includes(id))
  const wrong = poisoned.filter(
    ({ name, status, error, attempts }) =>
      !FINAL.has(status) || error?.code !== CODES[name.split('-')[1] ?? ''] || attempts.made > 3,
  )
  const said = wrong
    .slice(0, 3)
    .map(({ name, status, error, attempts }) => `${name} ${status} ${error?.code} after ${attempts.made}`)
  rig.check(
    'poison fails within three tries',
    wrong.length === 0,
    `${wrong.length} of ${ids.length} did not ${said.join('; ')}`,
  )
  const now = rig.workers.map(({ pid }) => pid)
  rig.check('the workers live on', now.join() === pids.join(), `pids ${pids.join()} then ${now.join()}`)
}
