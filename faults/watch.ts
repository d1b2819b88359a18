import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import type { Rig } from './driver.ts'
import { FINAL } from './facts.ts'
import { only } from './history.ts'

/** How long it takes, from now, until these tasks have ended in the store; undefined when they do not within `limitMs`. */
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
  const done = await until(ended, { timeoutMs: limitMs, intervalMs: 50, what: 'tasks to end' }).catch(() => false)
  return done ? Date.now() - startedAt : undefined
}

/** Records whether these tasks end within `limitMs` of now. */
export async function checkEnded(rig: Rig, name: string, ids: readonly string[], limitMs: number): Promise<void> {
  // Waits longer than allowed, so that the record says by how much it was missed.
  const ms = await msUntilEnded(rig, ids, limitMs + 20_000)
  rig.check(
    name,
    ms !== undefined && ms <= limitMs,
    `${ids.length} tasks ended ${ms === undefined ? 'not at all' : `after ${ms} ms`}, ${limitMs} ms allowed`,
  )
}

/** The workers' runs so far, as the record has them. */
export const runsOf = (rig: Rig) => only(rig.history.entries, 'run')

export async function everyMs(ms: number, times: number, act: (round: number) => Promise<void> | void): Promise<void> {
  for (let round = 0; round < times; round++) {
    await pause(ms)
    await act(round)
  }
}
