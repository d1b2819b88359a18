import type { WorkerState } from '@darkroom/contracts'
import { ListWorkers } from '../queues/list-workers.ts'
import type { Send } from '../send.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'

const MOST_TASKS = 100
const NO_TASKS = { items: [] }

/** The connected workers of all queues, with the tasks of a tenant that they are processing. */
export async function busyWorkers(send: Send, tenant: string): Promise<WorkerState[]> {
  const workers = await send(new ListWorkers())
  // Without the store they are shown without their tasks.
  const running = await send(new ListTasks({ tenant, status: 'processing' }, { page: 1, limit: MOST_TASKS })).catch(
    () => NO_TASKS,
  )
  return workers.map(({ since, ...worker }) => ({
    ...worker,
    since: since.toISOString(),
    tasks: running.items
      .filter(({ kind, workerId }) => kind === worker.kind && workerId === worker.id)
      .map(({ id, name, startedAt }) => ({ id, name, startedAt })),
  }))
}
