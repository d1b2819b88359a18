import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { arm, crashHere, readHits, untilHit } from '../failpoint.ts'
import { only, type Entry } from '../history.ts'
import { uploadMany } from '../load.ts'
import { quantile } from '../numbers.ts'
import { powerCuts } from '../power-cut.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded, QUEUE, switchQueue } from '../watch.ts'

const POINT = 'before-add'
/** The process that takes over from the first one may be killed, too. */
const SWEEP_POINT = 'before-sweepers-add'
const SWEEPS_EVERY = 10
/** The start of an API, a lease of 3 s, then a sweep within 2.4 s. */
const RECOVERY_MS = 10_000
/** The same without the start. On a busy machine everything takes longer: a start is added, as long as it took. */
const DISPATCH_MS = 8000

/**
 * The API is killed exactly between the insert of a task and its queue.add: only the document knows
 * of the task, and its client may not even have received a response. This is where a service
 * without an outbox loses work for good.
 */
export const crashBeforeDispatch: Scenario = {
  name: 'fi-05',
  title: 'kill -9 of the API between insert and queue.add',
  profile: 'ci',
  tasks: { quick: 40, long: 300 },
  // What a crash leaves of uploads is removed after the sum of both times.
  apiEnv: { REQUEST_TIMEOUT_MS: '10000', UPLOAD_TIMEOUT_MS: '10000', HEADERS_TIMEOUT_MS: '5000' },
  patches: (flags) => [
    powerCuts('api', flags),
    {
      file: 'apps/api/src/sync/dispatcher.ts',
      find: '    await queue.add(deliveries)',
      replace: `    ${crashHere(flags, POINT, 'tasks.map(({ id }) => id)')}    await queue.add(deliveries)`,
    },
    {
      file: 'apps/api/src/sync/lost-jobs.ts',
      find: '    await Promise.all(free.map(dispatcher.dispatch))\n',
      replace: `    if (free.length > 0) ${crashHere(flags, SWEEP_POINT, 'free.map(({ id }) => id)')}    await Promise.all(free.map(dispatcher.dispatch))\n`,
    },
  ],
  run: async (rig, tasks) => {
    const kills = rig.long ? 100 : 10
    const load = uploadMany(rig.client, { followers: rig.followers, count: tasks, overMs: kills * 1500, atOnce: 4 })
    for (let kill = 1; kill <= kills; kill++) {
      arm(rig.flags, POINT)
      // Towards the end the load alone may not bring another task to this line.
      const extra =
        kill > kills - 3
          ? load.then(() => uploadMany(rig.client, { followers: rig.followers, count: 1, label: `last-${kill}` }))
          : Promise.resolve([])
      await untilHit(rig.flags, POINT, 60_000)
      rig.fault('kill -9 between insert and add', 'api')
      // Now, while what it left is still due.
      if (kill % SWEEPS_EVERY === 0) await killSweeper(rig)
      await extra
    }
    // Including those hit by a crash: the sweeper's crash may be the last, and its tasks may be
    // those of uploads without a response.
    const hit = readHits(rig.flags).flatMap(({ ids }) => ids)
    await checkEnded(rig, 'dispatched after the last crash', [...new Set([...(await load), ...hit])], RECOVERY_MS)
    await judgeCrashes(rig)
    await dieForGood(rig)
  },
}

async function killSweeper(rig: Rig): Promise<void> {
  arm(rig.flags, SWEEP_POINT)
  await untilHit(rig.flags, SWEEP_POINT, 20_000)
  rig.fault('kill -9 between claim and add', 'api')
}

/**
 * An API dies while it checks a task, and stays away: the other, which has been running all along,
 * takes over when the lease has expired.
 */
async function dieForGood(rig: Rig): Promise<void> {
  const tasks = rig.db.collection('tasks')
  // The one that was killed last may still be starting.
  await rig.allReady()
  await switchQueue(rig, 'pause')
  const left = await uploadMany(rig.client, { count: 1, label: 'left' })
  // The note that its job was sent is written a moment later, and sets the time of its next check.
  await until(async () => (await tasks.findOne({ name: 'left-0.jpg' }))?.['dispatch']?.state === 'sent', {
    what: 'the note of the dispatch',
  })
  await rig.redis.zrem(`${QUEUE}:prioritized`, ...left)
  await rig.redis.del(left.map((id) => `${QUEUE}:${id}`))
  await switchQueue(rig, 'resume')
  const exits = () => only(rig.history.entries, 'exit')
  const before = exits().length
  arm(rig.flags, SWEEP_POINT)
  await tasks.updateOne({ name: 'left-0.jpg' }, { $set: { nextCheckAt: new Date() } })
  await untilHit(rig.flags, SWEEP_POINT, 20_000)
  const exit = await until(() => exits()[before], { what: 'the exit of the API that checked the task' })
  const dead = rig.apis.find(({ name }) => name === exit.process)
  rig.fault('kill -9 between claim and add, for good', exit.process)
  await dead?.holdDown()
  await checkEnded(rig, 'taken over from an API that died for good', left, RECOVERY_MS)
  dead?.letUp()
  await dead?.ready()
}

/**
 * How long after an API was ready again each task hit by a crash had ended; if there were several
 * crashes, after the last.
 */
async function judgeCrashes({ db, history, check, flags }: Rig): Promise<void> {
  const hits = readHits(flags)
  const lastHit = new Map(hits.flatMap(({ at, ids }) => ids.map((id) => [id, at] as const)))
  const readies = only(history.entries, 'ready').filter(({ process }) => process.startsWith('api'))
  const tasks = await db.collection('tasks').find().toArray()
  const times = tasks.flatMap(({ _id, updatedAt }) => {
    const hitAt = lastHit.get(_id.toHexString())
    if (hitAt === undefined) return []
    // Another API may have taken over before this one is back.
    const from = readies.find(({ t }) => t > hitAt)?.t ?? hitAt
    return [(updatedAt as Date).getTime() - from]
  })
  const sorted = times.toSorted((a, b) => a - b)
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => quantile(sorted, share) ?? Infinity) as [
    number,
    number,
    number,
  ]
  const startMs = medianStart(history.entries, readies)
  check(
    'each task that a crash hit',
    most <= DISPATCH_MS + startMs && times.length === lastHit.size,
    `${times.length} tasks in ${hits.length} crashes had ended p50 ${p50} ms, p95 ${p95} ms, at most ${most} ms after an API was ready; ${DISPATCH_MS} ms and a start of ${startMs} ms allowed`,
  )
}

/** From the start of an API until it was ready, in ms. */
function medianStart(entries: readonly Entry[], readies: readonly Entry[]): number {
  const starts = only(entries, 'start')
  const times = readies.flatMap(({ process, t }) => {
    const start = starts.findLast((entry) => entry.process === process && entry.t <= t)
    return start ? [t - start.t] : []
  })
  return Math.round(
    quantile(
      times.toSorted((a, b) => a - b),
      0.5,
    ) ?? 0,
  )
}
