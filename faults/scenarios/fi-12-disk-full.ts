import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import { whyNoMount } from '../small-disk.ts'
import type { Rig } from '../driver.ts'
import { readFiles } from '../final-reads.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

/** Two attempts fall into the time without room; the third one waits until it is over. */
const FULL_MS = 5000

/** The disk runs full under jobs that wait, and under uploads; after a while there is room again. */
export const diskFull: Scenario = {
  name: 'fi-12',
  title: 'the disk is full for a while',
  quick: true,
  tasks: { quick: 40, long: 80 },
  diskBytes: 160 * 1024 * 1024,
  // No gate: the writes themselves shall meet the end of the disk.
  apiEnv: { MIN_FREE_BYTES: '0', QUEUE_MAX_RETRIES: '6' },
  skip: whyNoMount,
  run: async (rig, tasks) => {
    for (const worker of rig.workers) worker.holdDown('SIGTERM')
    await uploadMany(rig.client, { count: tasks / 2, label: 'waiting' })
    const filler = join(rig.dataDir, 'filler')
    rig.fault('disk full', 'storage')
    const fill = (): void => fillDisk(filler)
    fill()
    const refilling = setInterval(fill, 200) // what a failed write gives back is taken again
    for (const worker of rig.workers) worker.letUp()
    await refusedUploads(rig)
    await until(() => rig.workers.some(({ isReady }) => isReady), { timeoutMs: 30_000, what: 'a worker' })
    await pause(FULL_MS)
    await readFiles(rig, { early: true, folder: 'output' })
    clearInterval(refilling)
    await rm(filler)
    rig.fault('room again', 'storage')
    await uploadMany(rig.client, { count: tasks / 2, label: 'after' })
  },
}

async function refusedUploads(rig: Rig): Promise<void> {
  const answers = []
  for (let index = 0; index < 5; index++)
    answers.push(await rig.client.tryUpload(await pictureOf(index, 'full'), `full-${index}`, rig.apiUrls[index % 2] ?? ''))
  const statuses = answers.map(({ status }) => status)
  rig.check(
    'uploads are refused with 507',
    statuses.every((status) => status === 507),
    `answered ${statuses.join(', ')}`,
  )
}

function fillDisk(filler: string): void {
  const piece = Buffer.alloc(64 * 1024)
  try {
    for (;;) writeFileSync(filler, piece, { flag: 'a' })
  } catch {
    // Full.
  }
}
