import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from './client.ts'
import type { Followers } from './follow.ts'
import { only, type History } from './history.ts'
import { pictureOf } from './pictures.ts'

export interface Load {
  count: number
  /** Spread evenly over this time; by default all at once, as fast as they are accepted. */
  overMs?: number
  /** Concurrent uploads. */
  atOnce?: number
  label?: string
  /** Of the photos. Small ones cost the workers little. */
  widthPx?: number
  /** Every fifth task is followed. */
  followers?: Followers
  /** Receives the id of each task as it is accepted. */
  onAccepted?: (taskId: string) => void
}

/**
 * Uploads distinct photos at an even pace, reading the earlier tasks in between. Returns the
 * accepted tasks.
 */
export async function uploadMany(
  client: Client,
  { count, overMs = 0, atOnce = 6, label = 'photo', widthPx, followers, onAccepted }: Load,
): Promise<string[]> {
  const startedAt = Date.now()
  const accepted: string[] = []
  let next = 0
  const sendOne = async (index: number): Promise<void> => {
    const dueInMs = startedAt + (overMs * index) / count - Date.now()
    if (dueInMs > 0) await pause(dueInMs)
    const taskId = await client.upload(await pictureOf(index, label, widthPx))
    if (taskId === undefined) return
    accepted.push(taskId)
    onAccepted?.(taskId)
    if (index % 5 === 0) followers?.follow(taskId)
    const earlier = accepted.at(-8)
    if (earlier !== undefined && index % 2 === 0) await client.look(earlier)
    if (index % 10 === 0) await client.lookAtList()
  }
  const sender = async (): Promise<void> => {
    while (next < count) await sendOne(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, sender))
  return accepted
}

/** The durations of the uploads started by `make`, in ascending order. */
export async function uploadTimes(history: History, act: () => Promise<unknown>): Promise<number[]> {
  const before = history.entries.length
  await act()
  const times = only(history.entries.slice(before), 'upload').map(({ ms }) => ms)
  return times.toSorted((a, b) => a - b)
}
