import type { Fence, TaskStore } from './task-store.ts'
import type { Move, TaskRecord } from './task.ts'

/**
 * Takes a move into a final status. From now on, by this process's clock, the files live for as long as the task says.
 * That may be changed while it is read here, so the write holds only for what was read.
 * @returns undefined when the move was refused.
 */
export async function endTask(store: TaskStore, fence: Fence, move: Move, now: number): Promise<TaskRecord | undefined> {
  let ttlSeconds = await store.ttlOf(fence.tenant, fence.id)
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
