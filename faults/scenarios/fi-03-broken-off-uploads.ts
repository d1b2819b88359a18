import { setTimeout as pause } from 'node:timers/promises'
import { filesBelow, until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { openSlowClient, uploadStart, type SlowClient } from '../slow-clients.ts'

const STALL_MS = 10_000
/** The server only checks every 5 s for requests whose headers are late. */
const CHECK_MS = 5000
const EMPTY_MS = 15_000

/**
 * Clients abort at a random byte, others stall forever. Nothing of this stays on disk, and others
 * are served.
 */
export const brokenOffUploads: Scenario = {
  name: 'fi-03',
  title: 'clients abort or stall in the middle of an upload',
  profile: 'long',
  tasks: { quick: 40, long: 200 },
  apiEnv: { UPLOAD_STALL_MS: String(STALL_MS), HEADERS_TIMEOUT_MS: '5000' },
  run: async (rig, tasks) => {
    const [breaking, stalling] = rig.long ? [200, 50] : [80, 20]
    const stalled = await Promise.all(Array.from({ length: stalling }, (_, index) => openOne(rig, index)))
    rig.fault('stall', `${stalling} clients`)
    const breakers = breakOff(rig, breaking)
    await uploadMany(rig.client, { count: tasks, overMs: 6000 })
    await breakers
    await judge(rig, stalled)
  },
}

async function openOne({ random, apiUrls }: Rig, index: number): Promise<SlowClient> {
  const { bytes } = await pictureOf(index, 'slow')
  const port = Number(new URL(apiUrls[index % apiUrls.length] ?? '').port)
  return openSlowClient({ port, start: uploadStart(bytes, Math.floor(random() * bytes.length)) })
}

async function breakOff(rig: Rig, count: number): Promise<void> {
  rig.fault('break off', `${count} clients`)
  for (let index = 0; index < count; index++) {
    const client = await openOne(rig, index)
    setTimeout(() => client.destroy(), rig.random() * 200)
    await pause(40)
  }
}

async function judge({ check, dataDir }: Rig, stalled: readonly SlowClient[]): Promise<void> {
  const allowedMs = STALL_MS + CHECK_MS + 3000
  const open = (): number => stalled.filter((client) => client.closedAfterMs() === undefined).length
  await until(() => open() === 0, { timeoutMs: allowedMs, what: 'stalled clients to be closed' }).catch(() => {})
  const slowest = Math.max(...stalled.map((client) => client.closedAfterMs() ?? Number.POSITIVE_INFINITY))
  check('stalled clients are closed', slowest <= allowedMs, `the last one after ${slowest} ms, ${allowedMs} ms allowed`)
  const closedAt = Date.now()
  const left = (): Promise<string[]> => filesBelow(`${dataDir}/uploads/temp`)
  await until(async () => (await left()).length === 0, { timeoutMs: EMPTY_MS, what: 'no temporary file' }).catch(
    () => {},
  )
  const count = (await left()).length
  check('no temporary file', count === 0, `${count} left ${Date.now() - closedAt} ms after the last one was closed`)
}
