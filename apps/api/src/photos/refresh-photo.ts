import { isDeepStrictEqual } from 'node:util'
import { applyRoster, type TaskEventOf } from '@darkroom/contracts'
import type { Announcer } from '../tasks/announce.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { Move, TaskRecord } from '../tasks/task.ts'
import { readIn } from './bibs-of.ts'
import { albumIn, type PhotoStore } from './photo-store.ts'
import type { ReadingStore } from './reading-store.ts'
import { readingsOf } from './readings-of.ts'
import type { ReadRoster } from './roster-reader.ts'

/**
 * The readings are made searchable right after the write that changed them. If that process died,
 * another one does it after this long.
 */
const LATE_AFTER_MS = 5000
/** A try fails if the task was written meanwhile. */
const TRIES = 10

/** The time of `readingsDueAt` in a write that changes the numbers of a photo. */
export const readingsDue = (now: number): Date => new Date(now + LATE_AFTER_MS)

/** Corrects what a run has read, before the end of the run is written. */
export function createRefine(parts: { photos: PhotoStore; readRoster: ReadRoster; now: () => number }) {
  const { photos, readRoster, now } = parts
  return async ({ tenant, taskId, result }: TaskEventOf<'task.completed'>): Promise<Move['patch']> => {
    const bibs = result && readIn(result)
    if (!bibs) return {}
    const album = await photos.albumOf(tenant, taskId)
    const roster = album ? await readRoster(tenant, album) : undefined
    return { result: { ...result, bibs: applyRoster(bibs, roster) }, readingsDueAt: readingsDue(now()) }
  }
}

export type RefreshPhoto = (photo: Pick<TaskRecord, 'tenant' | 'id'>) => Promise<void>

/**
 * Corrects the readings of a photo by the current roster, and makes them searchable. Only when
 * nothing has changed meanwhile is the photo no longer due: a roster or a run that this call did
 * not see yet leads to another one.
 */
export function createRefreshPhoto(parts: {
  store: TaskStore
  photos: PhotoStore
  readings: ReadingStore
  readRoster: ReadRoster
  announcer: Announcer
  now: () => number
}): RefreshPhoto {
  const { store, photos, readings, announcer } = parts
  return async ({ tenant, id }) => {
    for (let tries = 0; tries < TRIES; tries++) {
      const found = await store.find(tenant, id)
      if (!found) return
      const task = await correct(parts, found)
      if (!task) continue
      if (task !== found) await announcer.announce(task)
      await readings.replace(id, task.rev, readingsOf(task))
      if (await photos.settle(task)) return
    }
  }
}

/** The task with corrected readings; undefined if it was written meanwhile. */
async function correct(
  { store, readRoster, now }: { store: TaskStore; readRoster: ReadRoster; now: () => number },
  task: TaskRecord,
): Promise<TaskRecord | undefined> {
  const album = albumIn(task)
  const bibs = readIn(task.result)
  if (!bibs || album === null || task.status !== 'completed') return task
  const corrected = applyRoster(bibs, await readRoster(task.tenant, album))
  if (isDeepStrictEqual(corrected, bibs)) return task
  return store.edit(task, { result: { ...task.result, bibs: corrected }, readingsDueAt: readingsDue(now()) })
}
