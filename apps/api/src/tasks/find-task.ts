import { taskNotFound } from '../app-error.ts'
import type { TaskStore } from './task-store.ts'
import type { TaskRecord } from './task.ts'

export const TASK_ID = /^[0-9a-f]{24}$/
export const JOB_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/**
 * A task as the store has it now, by its id or its jobId. Throws TASK_NOT_FOUND, also for another
 * tenant's.
 */
export async function findTask(store: TaskStore, tenant: string, id: string): Promise<TaskRecord> {
  const asked = id.toLowerCase()
  const found = TASK_ID.test(asked)
    ? await store.find(tenant, asked)
    : JOB_ID.test(asked)
      ? await store.findByJobId(tenant, asked)
      : undefined
  if (!found) throw taskNotFound()
  return found
}
