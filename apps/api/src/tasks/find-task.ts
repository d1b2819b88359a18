import { JOB_ID_PATTERN, ID_PATTERN } from '@darkroom/contracts'
import { taskNotFound } from '../app-error.ts'
import type { TaskStore } from './task-store.ts'
import type { TaskRecord } from './task.ts'

/**
 * A task as it is in the store, by its id or its jobId. Throws TASK_NOT_FOUND, also for a task of
 * another tenant.
 */
export async function findTask(store: TaskStore, tenant: string, id: string): Promise<TaskRecord> {
  const asked = id.toLowerCase()
  const found = ID_PATTERN.test(asked)
    ? await store.find(tenant, asked)
    : JOB_ID_PATTERN.test(asked)
      ? await store.findByJobId(tenant, asked)
      : undefined
  if (!found) throw taskNotFound()
  return found
}
