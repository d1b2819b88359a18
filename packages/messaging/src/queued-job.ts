import type { JobEnvelope, TaskEventOf } from '@darkroom/contracts'
import type { Job } from 'bullmq'

/** What a job returns is the very event that says so. */
export type CompletedEvent = TaskEventOf<'task.completed'>

/** A job as BullMQ hands it out. */
export type QueuedJob<Data extends JobEnvelope = JobEnvelope> = Job<Data, CompletedEvent, string>
