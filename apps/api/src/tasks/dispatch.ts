import type { TaskRecord } from './task.ts'

/**
 * Puts the job of a stored task on the queue. It never throws and need not be awaited: the document
 * records what is still due.
 */
export type Dispatch = (task: TaskRecord) => Promise<void>
