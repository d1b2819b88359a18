import type { Fence, TaskStore } from './task-store.ts'
import type { Move, TaskRecord } from './task.ts'

/**
 * Takes a move into a final status. From now on, by this process's clock, the files live for as
 * long as the task says. That may be changed meanwhile, so the write holds only for the time that
 * it was reckoned with: the one that the caller remembers, or else the stored one.
 * @returns undefined when the move was refused.
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
