import { setTimeout as pause } from 'node:timers/promises'
import { readFile } from 'node:fs/promises'
import { timed, until } from '@darkroom/testing'
import { ADMIN_TOKEN, type Rig } from './driver.ts'
import { FINAL } from './facts.ts'
import { only } from './history.ts'
import { uploadMany } from './load.ts'

/** Where BullMQ keeps the queue of images. */
export const QUEUE = 'bull:image-processing'

const USUAL_LIMIT_MS = 60_000
const TIMES_CONTROL = 5
const WRITE_EVERY_MS = 100
/** A bare write that takes longer waits for a disk that does nothing. */
const STALLED_MS = 500

/**
 * How long it takes from now until these tasks have ended in the store; undefined if they do not
 * within `limitMs`.
 */
export async function msUntilEnded(rig: Rig, ids: readonly string[], limitMs: number): Promise<number | undefined> {
  const startedAt = Date.now()
  const ended = async (): Promise<boolean> => {
    const found = await rig.db
      .collection('tasks')
      .find({}, { projection: { status: 1 } })
      .toArray()
    const statuses = new Map(found.map(({ _id, status }) => [_id.toHexString(), String(status)]))
    return ids.every((id) => FINAL.has(statuses.get(id) ?? ''))
  }
  // Reading thousands of documents repeatedly would be a load of its own.
  const intervalMs = ids.length > 1000 ? 2000 : 50
  const done = await until(ended, { timeoutMs: limitMs, intervalMs, what: 'tasks to end' }).catch(() => false)
  return done ? Date.now() - startedAt : undefined
}

/** How long a few photos take without any fault: what a busy machine adds to any recovery. */
export async function usualMs(rig: Rig, upload: () => Promise<string[]>): Promise<number> {
  const { value: ids, ms } = await timed(upload)
  return Math.ceil(ms) + ((await msUntilEnded(rig, ids, USUAL_LIMIT_MS)) ?? USUAL_LIMIT_MS)
}

/**
 * How long a recovery may take: `calmMs`, and on a busy machine several times as long as twenty
 * photos take without a fault, which are uploaded now.
 */
export async function allowedMs(rig: Rig, calmMs: number): Promise<number> {
  const upload = (): Promise<string[]> => uploadMany(rig.client, { count: 20, label: 'before', atOnce: 3 })
  return Math.max(calmMs, TIMES_CONTROL * (await usualMs(rig, upload)))
}

/**
 * Records whether these tasks end within `limitMs` of now. The time for which the store's disk
 * stalls does not count, because nobody can write then.
 */
export async function checkEnded(rig: Rig, name: string, ids: readonly string[], limitMs: number): Promise<void> {
  const store = watchStore(rig)
  // Waits longer than allowed, so that the record shows by how much the limit was missed.
  const ms = await msUntilEnded(rig, ids, limitMs + 20_000)
  const stalls = await store.stop()
  const stalledMs = stalls.reduce((sum, stallMs) => sum + stallMs, 0)
  rig.check(
    name,
    ms !== undefined && ms <= limitMs + stalledMs,
    `${ids.length} tasks ended ${ms === undefined ? 'not at all' : `after ${ms} ms`}, ${limitMs} ms allowed, ` +
      `and ${stalledMs} ms for ${stalls.length} stalls of the store`,
  )
}

/** One durable write after the other, until it is stopped. Returns how long each stalled one took, in ms. */
function watchStore({ db }: Rig): { stop: () => Promise<number[]> } {
  const canary = db.collection<{ _id: string }>('canary')
  const stalls: number[] = []
  let isOver = false
  const write = () =>
    canary.updateOne({ _id: 'canary' }, { $inc: { writes: 1 } }, { upsert: true, writeConcern: { w: 1, j: true } })
  const writing = async (): Promise<void> => {
    while (!isOver) {
      const { ms } = await timed(write).catch(() => ({ ms: 0 }))
      if (ms > STALLED_MS) stalls.push(Math.round(ms))
      await pause(WRITE_EVERY_MS)
    }
  }
  const written = writing()
  return {
    stop: async () => {
      isOver = true
      await written
      return stalls
    },
  }
}

/** Memory of a process on Linux, current and peak, in MiB; 0 if there is no /proc. */
export async function memoryOf(pid = 0): Promise<{ nowMib: number; mostMib: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const mib = (field: string): number =>
    Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024)
  return { nowMib: mib('VmRSS'), mostMib: mib('VmHWM') }
}

/** Stops the workers while photos are uploaded, so that their jobs wait. */
export async function fillQueue(rig: Rig, upload: () => Promise<string[]>): Promise<string[]> {
  await Promise.all(rig.workers.map((worker) => worker.holdDown('SIGTERM')))
  const accepted = await upload()
  await until(async () => (await rig.redis.zcard(`${QUEUE}:prioritized`)) === accepted.length, {
    timeoutMs: 30_000,
    what: 'all jobs to be on the queue',
  })
  return accepted
}

export async function switchQueue(rig: Rig, to: 'pause' | 'resume'): Promise<void> {
  const answer = await fetch(`${rig.apiUrls[0]}/api/v1/queues/image-processing/${to}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  })
  if (!answer.ok) throw new Error(`The queue could not be switched to ${to}: ${answer.status}`)
}

/** Lets the workers process all jobs of the queue. */
export async function emptyQueue(rig: Rig, timeoutMs: number): Promise<void> {
  for (const worker of rig.workers) worker.letUp()
  const left = async (): Promise<number> =>
    (await rig.redis.zcard(`${QUEUE}:prioritized`)) + (await rig.redis.llen(`${QUEUE}:active`))
  await until(async () => (await left()) === 0, { timeoutMs, what: 'the workers to process all jobs' })
}

/** Records that no task ran twice, except for the allowed share. */
export function checkRuns(rig: Rig, tasks: number, atMost = 1.02): void {
  const runs = runsOf(rig).length
  rig.check(
    'runs per task',
    runs <= tasks * atMost,
    `${runs} runs of ${tasks} tasks, ${(runs / tasks).toFixed(3)} each; ${atMost} allowed`,
  )
}

/** The workers' runs so far, according to the record. */
export const runsOf = (rig: Rig) => only(rig.history.entries, 'run')

export async function everyMs(ms: number, times: number, act: (round: number) => Promise<void> | void): Promise<void> {
  for (let round = 0; round < times; round++) {
    await pause(ms)
    await act(round)
  }
}

/** Records that trouble of the stores and machines was not counted as a verdict on any photo. */
export async function checkAttempts(rig: Rig): Promise<void> {
  const tasks = await rig.db
    .collection('tasks')
    .find({}, { projection: { attempts: 1 } })
    .toArray()
  const used = tasks.filter((task) => Number((task['attempts'] as { made: number }).made) > 1)
  rig.check('no attempt is used up', used.length === 0, `${used.length} of ${tasks.length} tasks used more than one`)
}
