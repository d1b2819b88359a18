import type { ExpiryStore } from './expiry-store.ts'
import type { FileRemover, Removal } from './file-remover.ts'
import type { TaskRecord } from './task.ts'

/** Files that somebody may come to need are looked at again after this long. */
const PURGE_AGAIN_MS = 60_000

/** Removes the files of an expired task and notes that they are gone. Doing it twice, or side by side, does no harm. */
export async function purgeTask(deps: { expiries: ExpiryStore; files: FileRemover }, task: TaskRecord, now: number): Promise<Removal> {
  const removal = await deps.files.removeFilesOf(task)
  if (removal.complete) await deps.expiries.markPurged(task.id, new Date(now))
  else await deps.expiries.postponePurge(task.id, new Date(now + PURGE_AGAIN_MS))
  return removal
}
