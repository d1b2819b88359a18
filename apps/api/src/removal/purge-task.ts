import type { ExpiryStore } from './expiry-store.ts'
import type { FileRemover, Removal } from './file-remover.ts'
import type { TaskRecord } from '../tasks/task.ts'

/** Files that an unfinished task may come to need are checked again after this long. */
const PURGE_AGAIN_MS = 20_000
/** Files that could not be removed are retried after this long, then at doubling intervals. */
const RETRY_MIN_MS = 60_000
const RETRY_MAX_MS = 6 * 3_600_000

/** Removes the files of an expired task and records it. Repeated or concurrent calls do no harm. */
export async function purgeTask(
  deps: { expiries: ExpiryStore; files: FileRemover },
  task: TaskRecord,
  now: number,
): Promise<Removal> {
  const removal = await deps.files
    .removeFilesOf(task)
    .catch((error: unknown) => postponeFailed(deps.expiries, task, now, error))
  if (removal.complete) await deps.expiries.markPurged(task.id, new Date(now))
  else await deps.expiries.postponePurge(task.id, new Date(now + PURGE_AGAIN_MS))
  return removal
}

async function postponeFailed(
  expiries: ExpiryStore,
  { id, purgeFailures = 0 }: TaskRecord,
  now: number,
  error: unknown,
): Promise<never> {
  const delayMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** purgeFailures)
  await expiries.postponePurge(id, new Date(now + delayMs), purgeFailures + 1)
  throw error
}
