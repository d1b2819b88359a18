import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { ObjectId, type Document } from 'mongodb'
import type { Rig } from '../driver.ts'
import { findDocuments } from '../final-reads.ts'
import { historyFaults } from '../invariants.ts'
import { uploadMany } from '../load.ts'
import { corruptPicture } from '../pictures.ts'
import { shuffled } from '../random.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded } from '../watch.ts'

const CHANNEL = 'task-events'
/** Four APIs apply thousands of events: the result is what counts. */
const APPLIED_MS = 60_000
/**
 * An API that has a thousand events in hand leaves others to the stream of the queue and to the
 * sweeper, which know nothing of the copies.
 */
const SENT_AT_ONCE = 300

interface TaskEvent {
  taskId: string
  eventType: string
  seq: number
  attempt: number
}

/**
 * All events of the workers are sent again, one to five times, in any order, to four APIs. Finished
 * tasks must not change at all; copies of the original documents must end up like the originals did
 * in order.
 */
export const eventsShuffled: Scenario = {
  name: 'fi-15',
  title: 'all events repeated 1 to 5 times, shuffled, to 4 APIs',
  profile: 'ci',
  tasks: { quick: 30, long: 100 },
  apis: 4,
  // The copies have no jobs. Where thousands of events take longer than the time between two checks
  // of a running task, a sweep would consider them lost and have them run.
  apiEnv: { SWEEP_INTERVAL_MS: '3600000' },
  workers: 2,
  run: async (rig, tasks) => {
    const { events, stop } = await listen(rig)
    const accepted = await uploadMany(rig.client, { count: tasks })
    await rig.client.upload(await corruptPicture(1))
    await checkEnded(rig, 'the tasks themselves', accepted, 60_000)
    await pause(500)
    stop()
    for (let seed = 1; seed <= (rig.long ? 10 : 3); seed++) await replay(rig, events, seed)
  },
}

async function listen({ services }: Rig): Promise<{ events: TaskEvent[]; stop: () => void }> {
  const redis = new Redis(services.redis.url)
  const events: TaskEvent[] = []
  redis.on('message', (_channel: string, message: string) => events.push(JSON.parse(message) as TaskEvent))
  await redis.subscribe(CHANNEL)
  return { events, stop: () => redis.disconnect() }
}

async function replay(rig: Rig, events: readonly TaskEvent[], seed: number): Promise<void> {
  const tasks = rig.db.collection('tasks')
  const before = await tasks.find().toArray()
  // A final failure is not published on this channel: only the queue knows of it.
  const completed = before.filter((task) => task['status'] === 'completed')
  const copies = new Map(completed.map((task) => [task._id.toHexString(), new ObjectId()]))
  await tasks.insertMany(completed.map((task) => asNew(task, copies.get(task._id.toHexString()) ?? new ObjectId())))

  // Restarted manually: events of the first epoch are outdated.
  const restarted = new Map(completed.map((task) => [task._id.toHexString(), new ObjectId()]))
  await tasks.insertMany(
    completed.map((task) => ({ ...asNew(task, restarted.get(task._id.toHexString()) ?? new ObjectId()), epoch: 2 })),
  )

  // They only receive their start, which every API then tries to write: the end does not hide it.
  const started = new Map(completed.map((task) => [task._id.toHexString(), new ObjectId()]))
  await tasks.insertMany(completed.map((task) => asNew(task, started.get(task._id.toHexString()) ?? new ObjectId())))

  const again = events.flatMap((event) => Array.from({ length: 1 + Math.floor(rig.random() * 5) }, () => event))
  const aboutOthers = (ids: ReadonlyMap<string, ObjectId>): TaskEvent[] =>
    again.flatMap((event) => {
      const other = ids.get(event.taskId)
      return other ? [{ ...event, taskId: other.toHexString() }] : []
    })
  const starts = aboutOthers(started).filter(({ eventType }) => eventType === 'task.processing')
  const said = shuffled(
    [...again, ...secondRuns(before, events), ...aboutOthers(copies), ...aboutOthers(restarted), ...starts],
    rig.random,
  )
  rig.fault('events again', CHANNEL, `${said.length} of ${events.length}, round ${seed}`)
  const [[task], [start]] = [completed, starts]
  for (let at = 0; at < said.length && task && start; at += SENT_AT_ONCE) {
    for (const event of said.slice(at, at + SENT_AT_ONCE)) await rig.redis.publish(CHANNEL, JSON.stringify(event))
    await untilApplied(rig, task, start)
  }

  await judgeCopies(rig, completed, copies, seed)
  await judgeOriginals(rig, before, seed)
  const moved = await tasks.countDocuments({ _id: { $in: [...restarted.values()] }, rev: { $ne: 0 } })
  rig.check(`round ${seed}: the past epoch moves nothing`, moved === 0, `${moved} of ${restarted.size} moved`)
  const toldOnce = { _id: { $in: [...started.values()] }, status: 'processing', rev: 1 }
  await until(async () => (await tasks.countDocuments(toldOnce)) === started.size, {
    timeoutMs: APPLIED_MS,
    what: 'the starts',
  }).catch(() => {})
  const begun = await tasks.countDocuments(toldOnce)
  rig.check(`round ${seed}: a start is written once`, begun === started.size, `${begun} of ${started.size}`)
  const illegal = (await findDocuments(rig)).flatMap(historyFaults)
  rig.check(
    `round ${seed}: every history is legal`,
    illegal.length === 0,
    `${illegal.length} faults ${illegal.slice(0, 2).join('; ')}`,
  )
  await tasks.deleteMany({ _id: { $in: [...copies.values(), ...restarted.values(), ...started.values()] } })
}

/** Until an API has applied what was sent before: the start of yet another copy, sent now. */
async function untilApplied({ db, redis }: Rig, task: Document, start: TaskEvent): Promise<void> {
  const tasks = db.collection('tasks')
  const _id = new ObjectId()
  await tasks.insertOne(asNew(task, _id))
  await redis.publish(CHANNEL, JSON.stringify({ ...start, taskId: _id.toHexString() }))
  await until(async () => (await tasks.countDocuments({ _id, status: 'processing' })) > 0, {
    timeoutMs: APPLIED_MS,
    what: 'what was sent to be applied',
  })
  await tasks.deleteOne({ _id })
}

/**
 * The events of a second run of a finished task: Redis lost the last second of its file, and the
 * job was delivered again.
 */
const secondRuns = (tasks: readonly Document[], events: readonly TaskEvent[]): TaskEvent[] => {
  const finished = new Set(tasks.map((task) => (task['_id'] as ObjectId).toHexString()))
  return events
    .filter(({ taskId, eventType }) => finished.has(taskId) && eventType === 'task.processing')
    .map((event) => ({ ...event, attempt: event.attempt + 1, seq: event.seq + 1000 }))
}

/**
 * A document as it was before anything happened to it. Nothing checks it, so only the events can
 * change it.
 */
const asNew = (task: Document, _id: ObjectId): Document => {
  const { idempotency: _key, ...kept } = task
  return {
    ...kept,
    _id,
    jobId: _id.toHexString(),
    ...{
      status: 'pending',
      seq: 0,
      rev: 0,
      log: [],
      files: [],
      result: {},
      error: null,
      finishedAt: null,
      expiresAt: null,
      nextCheckAt: null,
    },
  }
}

async function judgeOriginals({ db, check }: Rig, before: readonly Document[], seed: number): Promise<void> {
  const now = await db
    .collection('tasks')
    .find({ _id: { $in: before.map((task) => task['_id'] as ObjectId) } })
    .toArray()
  const changed = before.filter(
    (task) => JSON.stringify(task) !== JSON.stringify(now.find(({ _id }) => _id.equals(task['_id'] as ObjectId))),
  )
  check(
    `round ${seed}: finished tasks stay as they are`,
    changed.length === 0,
    `${changed.length} of ${before.length} changed ${changed
      .slice(0, 3)
      .map((task) => String(task['_id']))
      .join(' ')}`,
  )
}

async function judgeCopies(
  { db, check }: Rig,
  before: readonly Document[],
  copies: ReadonlyMap<string, ObjectId>,
  seed: number,
): Promise<void> {
  const differing = async (): Promise<string[]> => {
    const found = await db
      .collection('tasks')
      .find({ _id: { $in: [...copies.values()] } })
      .toArray()
    return before
      .filter((task) => {
        const copy = found.find(({ _id }) => _id.equals(copies.get((task['_id'] as ObjectId).toHexString()) ?? ''))
        return !copy || essence(copy) !== essence(task)
      })
      .map((task) => String(task['_id']))
  }
  await until(async () => (await differing()).length === 0, {
    timeoutMs: APPLIED_MS,
    intervalMs: 200,
    what: 'the copies to come out',
  }).catch(() => {})
  const wrong = await differing()
  check(
    `round ${seed}: copies come out as in order`,
    wrong.length === 0,
    `${wrong.length} of ${before.length} differ ${wrong.slice(0, 3).join(' ')}`,
  )
}

/**
 * Everything that the last event alone determines. Which of the earlier ones took effect depends on
 * their order.
 */
function essence({
  _id,
  jobId: _jobId,
  log: _log,
  rev: _rev,
  updatedAt: _at,
  // Relative to the time when the end was stored, by the clock of the process that stored it.
  expiresAt: _expires,
  idempotency: _key,
  checkedBy: _by,
  dispatch: _dispatch,
  nextCheckAt: _next,
  ...rest
}: Document): string {
  return JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
