import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import { bareRecoveryMs } from '../bare-recovery.ts'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { quantile, recoveries } from '../numbers.ts'
import { pictureOf } from '../pictures.ts'
import { pick } from '../random.ts'
import type { Scenario } from '../scenario.ts'
import { slowImages } from '../slow-images.ts'
import { everyMs, runsOf } from '../watch.ts'

const KILL_EVERY_MS = 2000
const HUNTS = 3
const CONCURRENCY = 2
/**
 * The lock of 5 s, a check per second, one of which may be skipped, and the jobs ahead in the
 * queue.
 */
const RECOVERY_MS = 8500
/** The backlog of a busy machine comes first. */
const PATIENCE_MS = 120_000
/** BullMQ's defaults take 60 s in the same run. */
const LEAST_RATIO = 7

/**
 * kill -9 of a random worker every 2 s while tasks arrive; it is restarted after 0.5 s. In addition
 * one task is hunted: whichever worker takes it is killed, three times in a row, which must not use
 * up the task's attempts.
 */
export const killWorkers: Scenario = {
  name: 'fi-01',
  title: 'kill -9 of a random worker every 2 s',
  profile: 'ci',
  alone: true,
  tasks: { quick: 150, long: 500 },
  patches: () => [slowImages({ photo: 300, hunted: 1500 })],
  run: async (rig, tasks) => {
    const kills = rig.long ? 30 : 10
    const bare = rig.compare ? bareRecoveryMs(rig.services.redis.url) : undefined
    const load = uploadMany(rig.client, { followers: rig.followers, count: tasks, overMs: kills * KILL_EVERY_MS })
    await everyMs(KILL_EVERY_MS, kills, () => killOne(rig))
    await load
    await hunt(rig).finally(() => judgeRecovery(rig, kills + HUNTS))
    if (bare) compare(rig, await bare)
  },
}

function killOne(rig: Rig): void {
  const ready = rig.workers.filter((worker) => worker.isReady)
  if (ready.length === 0) return
  const victim = pick(ready, rig.random)
  rig.fault('kill -9', victim.name)
  victim.kill()
}

async function hunt(rig: Rig): Promise<void> {
  const taskId = (await rig.client.upload(await pictureOf(0, 'hunted'))) ?? ''
  for (let seen = 0; seen < HUNTS; seen++) {
    const run = await until(() => runsOf(rig).filter(({ args }) => args.taskId === taskId)[seen], {
      timeoutMs: PATIENCE_MS,
      intervalMs: 1,
      what: 'the hunted task to run',
    })
    rig.fault('kill -9, hunting', run.process, taskId)
    rig.workers.find(({ name }) => name === run.process)?.kill()
  }
  await until(() => runsOf(rig).filter(({ args }) => args.taskId === taskId).length > HUNTS, {
    timeoutMs: PATIENCE_MS,
    what: 'the hunted task to run at last',
  })
  await pause(500)
}

function compare({ check, history }: Rig, bareMs: number): void {
  const p95 =
    quantile(
      recoveries(history.entries).toSorted((a, b) => a - b),
      0.95,
    ) ?? Number.POSITIVE_INFINITY
  const ratio = bareMs / p95
  check(
    'against BullMQ as it comes',
    ratio >= LEAST_RATIO,
    `${bareMs} ms with its defaults, ${p95} ms here: ${ratio.toFixed(1)} times faster, ${LEAST_RATIO} wanted`,
  )
}

function judgeRecovery(rig: Rig, kills: number): void {
  const entries = rig.history.entries
  const times = recoveries(entries).toSorted((a, b) => a - b)
  const p95 = quantile(times, 0.95)
  rig.check(
    'recovery',
    p95 !== undefined && p95 <= RECOVERY_MS,
    `p50 ${quantile(times, 0.5)} ms, p95 ${p95} ms over ${times.length} hit tasks, ${RECOVERY_MS} ms allowed`,
  )
  const runs = runsOf(rig).map(({ args }) => args.taskId)
  const reruns = runs.length - new Set(runs).size
  rig.check('reruns', reruns <= kills * CONCURRENCY, `${reruns} for ${kills} kills`)
}
