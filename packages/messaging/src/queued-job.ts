import type { JobEnvelope, TaskEventOf } from '@darkroom/contracts'
import type { Job } from 'bullmq'

/** The return value of a job is its own `task.completed` event. */
export type CompletedEvent = TaskEventOf<'task.completed'>

/** A job as received from BullMQ. */
export type QueuedJob<Data extends JobEnvelope = JobEnvelope> = Job<Data, CompletedEvent, string>
