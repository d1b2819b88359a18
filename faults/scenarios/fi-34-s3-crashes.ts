import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import { startDownloads } from '../downloads.ts'
import type { Rig } from '../driver.ts'
import { bucketOf, whyNoS3 } from '../faulty-bucket.ts'
import { findDocuments, readFiles } from '../final-reads.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkAttempts, checkEnded, msUntilEnded } from '../watch.ts'

/** An upload, what workers read and make, and a download. */
const MOMENTS = [
  { method: 'PUT', folder: 'storage/' },
  { method: 'GET', folder: 'storage/' },
  { method: 'PUT', folder: 'output/' },
  { method: 'GET', folder: 'output/' },
]
const DOWN_MS = 1500
const EVERY_MS = 3000
const DONE_MS = 30_000

/** The S3 server dies when half of a file has been stored or read, and comes back. */
export const s3Crashes: Scenario = {
  name: 'fi-34',
  title: 'kill -9 of the S3 server in the middle of an upload, of a worker reading and storing, and of a download',
  profile: 'long',
  inBucket: true,
  tasks: { quick: 60, long: 400 },
  skip: whyNoS3,
  run: async (rig, tasks) => {
    const first = await uploadMany(rig.client, { count: 6, label: 'before' })
    await msUntilEnded(rig, first, DONE_MS)
    const done = (await findDocuments(rig)).filter(({ id }) => first.includes(id))
    const downloads = startDownloads(rig, done, [503])
    const kills = MOMENTS.length * (rig.long ? 6 : 1)
    const load = uploadMany(rig.client, { count: tasks, overMs: kills * EVERY_MS, followers: rig.followers })
    for (let kill = 0; kill < kills; kill++) await killOnce(rig, MOMENTS[kill % MOMENTS.length] ?? { method: '' })
    await checkEnded(rig, 'done after the last crash', await load, DONE_MS)
    const { whole, refused, brokenOff, faults } = await downloads.stop()
    rig.check(
      'no short download',
      faults.length === 0 && whole > 0 && refused + brokenOff > 0,
      `${whole} whole, ${refused} refused, ${brokenOff} broken off, ${faults.length} wrong ${faults.slice(0, 3).join('; ')}`,
    )
    await checkAttempts(rig)
  },
}

async function killOnce(rig: Rig, { method, folder = '' }: { method: string; folder?: string }): Promise<void> {
  const { front, server } = bucketOf(rig)
  let isDead = false
  front.treat = (request) => {
    if (request.method !== method || !request.key.startsWith(folder)) return undefined
    front.restore()
    const kill = async (): Promise<void> => {
      rig.fault(`kill -9 in the middle of a ${method}`, 's3', request.key)
      await server.kill?.()
      isDead = true
    }
    return { atHalf: kill }
  }
  await until(() => isDead, { timeoutMs: 60_000, what: `a ${method} of ${folder} to be killed` })
  await readFiles(rig, { early: true, folder: 'output' })
  await pause(DOWN_MS)
  await server.restart?.()
  rig.fault('started again', 's3')
}
