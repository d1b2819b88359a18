import type { TaskRecord } from './task.ts'

/**
 * Hands a stored task to the queue. It never throws and need not be waited for: the document
 * remembers what is still due.
 */
export type Dispatch = (task: TaskRecord) => Promise<void>
