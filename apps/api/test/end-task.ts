import type { Task } from '@darkroom/contracts'
import { until } from '@darkroom/testing'
import type { TestApi } from './start-test-api.ts'
import { completedOf } from './task-history.ts'

export type End = 'completed' | 'failed' | 'cancelled'

/** Ends a task, as a worker, a failure or a client would. */
export async function endAs(api: TestApi, task: Task, end: End): Promise<Task> {
  if (end === 'completed') await api.tell(completedOf(task))
  // Only the queue reports failures, so this one is written directly.
  if (end === 'failed') await writeFailure(api, task)
  if (end === 'cancelled') await api.request(`${task.links.self}/cancel`, { method: 'POST' })
  return until(
    async () => {
      const { body } = await api.request(task.links.self)
      return (body as Task).status === end && (body as Task)
    },
    { what: `the task to be ${end}` },
  )
}

async function writeFailure(api: TestApi, task: Task): Promise<void> {
  const now = new Date()
  const failed = {
    status: 'failed',
    nextCheckAt: null,
    finishedAt: now,
    expiresAt: new Date(now.getTime() + 3_600_000),
    seq: 1999,
  }
  await api.database.collection('tasks').updateOne({ jobId: task.jobId }, { $set: failed, $inc: { rev: 1 } })
}
