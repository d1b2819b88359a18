import type { Fence, TaskStore } from './task-store.ts'
import type { Move, TaskRecord } from './task.ts'

/**
 * Applies a move into a final status. From now on, by this process's clock, the files are kept for
 * the time to live of the task. That may be changed concurrently, so the write requires the value
 * that was used to compute the expiry: the one that the caller knows, or else the stored one.
 * @returns undefined if the move was refused.
 */
export async function endTask(
  store: TaskStore,
  fence: Fence,
  move: Move,
  { now, knownTtlSeconds }: { now: number; knownTtlSeconds?: number | undefined },
): Promise<TaskRecord | undefined> {
  let ttlSeconds = knownTtlSeconds ?? (await store.ttlOf(fence.tenant, fence.id))
  while (ttlSeconds !== undefined) {
    const expiresAt = new Date(now + ttlSeconds * 1000)
    const task = await store.move({ ...fence, ttlSeconds }, { ...move, patch: { ...move.patch, expiresAt } })
    if (task) return task
    const current = await store.ttlOf(fence.tenant, fence.id)
    if (current === ttlSeconds) return undefined
    ttlSeconds = current
  }
  return undefined
}
