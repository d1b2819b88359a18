import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded, QUEUE } from '../watch.ts'

const CUT_EVERY_MS = 300
/** Through the queue's event stream, read from the stored cursor. */
const STREAM_MS = 3000
/** By the sweeper, which runs every 2 s and is notified of the gap. */
const SWEEP_MS = 7000

/**
 * The ways in which an API learns of results are cut one after the other: the channel, then all
 * APIs, then the stream as well.
 */
export const eventsLost: Scenario = {
  name: 'fi-14',
  title: 'the channel is disconnected, all APIs are down, the event stream is trimmed',
  profile: 'ci',
  tasks: { quick: 120, long: 400 },
  run: async (rig, tasks) => {
    await cutChannel(rig, tasks / 2)
    await allApisDown(rig, Math.floor(tasks / 4), { trim: false })
    await allApisDown(rig, Math.floor(tasks / 4), { trim: true })
  },
}

async function cutChannel(rig: Rig, count: number): Promise<void> {
  rig.fault('CLIENT KILL TYPE pubsub every 300 ms', 'redis')
  const cutting = setInterval(
    () => void rig.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {}),
    CUT_EVERY_MS,
  )
  const accepted = await uploadMany(rig.client, { followers: rig.followers, count, overMs: rig.long ? 30_000 : 8000 })
  clearInterval(cutting)
  await checkEnded(rig, 'after the channel was cut', accepted, SWEEP_MS)
}

/**
 * Jobs wait for their workers; the APIs die, the workers process the jobs, the APIs come back and
 * must learn what happened.
 */
async function allApisDown(rig: Rig, count: number, { trim }: { trim: boolean }): Promise<void> {
  await Promise.all(rig.workers.map((worker) => worker.holdDown('SIGTERM')))
  const done = await rig.redis.zcard(`${QUEUE}:completed`)
  const accepted = await uploadMany(rig.client, { followers: rig.followers, count, label: trim ? 'trimmed' : 'down' })
  await until(async () => (await rig.redis.zcard(`${QUEUE}:prioritized`)) === count, {
    timeoutMs: 20_000,
    what: 'all jobs to be on the queue',
  })
  rig.fault('kill -9', 'all APIs')
  await Promise.all(rig.apis.map((api) => api.holdDown()))
  for (const worker of rig.workers) worker.letUp()
  await until(async () => (await rig.redis.zcard(`${QUEUE}:completed`)) >= done + count, {
    timeoutMs: 60_000,
    what: 'the workers to process all jobs',
  })
  if (trim) {
    rig.fault('XTRIM MAXLEN 10', 'event stream')
    await rig.redis.xtrim(`${QUEUE}:events`, 'MAXLEN', 10)
  }
  await putOffChecks(rig)
  for (const api of rig.apis) api.letUp()
  await Promise.all(rig.apis.map((api) => api.ready()))
  await checkEnded(rig, trim ? 'by the sweeper' : 'by the stream', accepted, trim ? SWEEP_MS : STREAM_MS)
}

/**
 * Only the stream, or its gap, may bring these tasks to their end: their own checks are postponed.
 */
async function putOffChecks(rig: Rig): Promise<void> {
  await rig.db
    .collection('tasks')
    .updateMany({ nextCheckAt: { $type: 'date' } }, { $set: { nextCheckAt: new Date(Date.now() + 60_000) } })
  await pause(100)
}
