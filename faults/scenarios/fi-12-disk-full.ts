import { statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import { whyNoMount } from '../small-disk.ts'
import type { Rig } from '../driver.ts'
import { findDocuments, readFiles } from '../final-reads.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { msUntilEnded, runsOf, switchQueue } from '../watch.ts'

const DISK_BYTES = 160 * 1024 * 1024
/** Longer than all attempts of a job and the delays between them. */
const FULL_MS = 20_000
/**
 * Every slot may hit the error with one job, and each worker with one more for which it was already
 * waiting; one worker restarts.
 */
const MEETINGS_A_SLOT = 2

/**
 * The disk runs full while jobs are waiting and uploads arrive; after a while there is space again.
 */
export const diskFull: Scenario = {
  name: 'fi-12',
  title: 'the disk is temporarily full',
  profile: 'ci',
  tasks: { quick: 40, long: 80 },
  diskBytes: DISK_BYTES,
  // No admission check: the writes themselves should hit the end of the disk.
  apiEnv: { MIN_FREE_BYTES: '0' },
  skip: whyNoMount,
  run: async (rig, tasks) => {
    // Workers that have processed jobs: their first check would otherwise keep them from hitting
    // the full disk at all.
    await msUntilEnded(rig, await uploadMany(rig.client, { count: 12, label: 'before' }), 30_000)
    await switchQueue(rig, 'pause')
    const waiting = await uploadMany(rig.client, { count: tasks / 2, label: 'waiting' })
    const filler = join(rig.dataDir, 'filler')
    rig.fault('disk full', 'storage')
    fillDisk(filler)
    const refilling = setInterval(() => fillDisk(filler), 200) // space freed by a failed write is filled again
    try {
      await meetFullDisk(rig, waiting)
    } finally {
      clearInterval(refilling)
      await rm(filler)
    }
    rig.fault('room again', 'storage')
    await uploadMany(rig.client, { count: tasks / 2, label: 'after' })
  },
}

async function meetFullDisk(rig: Rig, waiting: readonly string[]): Promise<void> {
  const before = runsOf(rig).length
  await switchQueue(rig, 'resume')
  await refusedUploads(rig)
  await until(() => runsOf(rig).length > before, { timeoutMs: 30_000, what: 'a run that meets the full disk' })
  // A worker that starts now finds out before it takes a job.
  rig.workers[0]?.kill()
  await pause(FULL_MS)
  await readFiles(rig, { early: true, folder: 'output' })
  await checkPatience(rig, waiting)
}

/**
 * While the disk is full every task waits with all its attempts, and workers do not take one job
 * after another.
 */
async function checkPatience(rig: Rig, ids: readonly string[]): Promise<void> {
  const tasks = (await findDocuments(rig)).filter(({ id }) => ids.includes(id))
  const wrong = tasks.filter(({ status, attempts }) => status !== 'pending' || attempts.made > 0)
  const said = wrong.slice(0, 3).map(({ id, status, attempts }) => `${id} ${status} after ${attempts.made} attempts`)
  rig.check(
    'tasks wait with all their attempts',
    wrong.length === 0,
    `${wrong.length} of ${tasks.length} do not ${said.join('; ')}`,
  )
  const runs = tasks.reduce((sum, { log }) => sum + Math.max(...log.map(({ attempt }) => attempt)), 0)
  const allowed = rig.workers.length * 2 * MEETINGS_A_SLOT
  rig.check(
    'workers stop taking jobs',
    runs > 0 && runs <= allowed,
    `${runs} runs met the full disk, ${allowed} allowed`,
  )
}

async function refusedUploads(rig: Rig): Promise<void> {
  const answers = []
  for (let index = 0; index < 5; index++)
    answers.push(
      await rig.client.tryUpload(await pictureOf(index, 'full'), `full-${index}`, rig.apiUrls[index % 2] ?? ''),
    )
  const statuses = answers.map(({ status }) => status)
  rig.check(
    'uploads are refused with 507',
    statuses.every((status) => status === 507),
    `answered ${statuses.join(', ')}`,
  )
}

/**
 * Never more than the small disk holds, in case it is no longer mounted and this writes to the
 * machine's own disk.
 */
function fillDisk(filler: string): void {
  const piece = Buffer.alloc(64 * 1024)
  try {
    for (let bytes = sizeOf(filler); bytes < DISK_BYTES; bytes += piece.length)
      writeFileSync(filler, piece, { flag: 'a' })
  } catch {
    // Full.
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
