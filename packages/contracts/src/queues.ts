import { z } from 'zod'
import { taskKind } from './tasks.ts'

export const queueStats = z
  .object({
    name: z.string(),
    kind: taskKind.meta({ description: 'Of the tasks whose jobs it holds' }),
    waiting: z.number().int(),
    active: z.number().int(),
    completed: z.number().int(),
    failed: z.number().int(),
    delayed: z.number().int(),
    paused: z.number().int(),
    prioritized: z.number().int(),
    isPaused: z.boolean(),
    oldestWaitingMs: z.number().nullable(),
    workers: z.number().int(),
  })
  .meta({ id: 'QueueStats' })
export type QueueStats = z.infer<typeof queueStats>

export const queueList = z.object({ items: z.array(queueStats) }).meta({ id: 'QueueList' })

/** What an autoscaler asks for. */
export const queueLoad = z
  .object({
    queue: z.string(),
    workSeconds: z.number().meta({
      description:
        'How long one slot of a worker would take for these jobs, based on the average duration of past runs. Above 0 as long as there is any of them; while the queue is paused, only running jobs count',
    }),
    waiting: z.number().int(),
    active: z.number().int(),
    due: z.number().int().meta({ description: 'Delayed jobs that should be running by now' }),
  })
  .meta({ id: 'QueueLoad' })
export type QueueLoad = z.infer<typeof queueLoad>

export const JOB_STATES = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const
export type JobState = (typeof JOB_STATES)[number]

export const queueJob = z
  .object({
    jobId: z.string(),
    taskId: z.string(),
    name: z.string(),
    state: z.enum(JOB_STATES),
    priority: z.number().int(),
    attemptsMade: z.number().int(),
    failedReason: z.string().nullable(),
    createdAt: z.iso.datetime(),
    processedOn: z.iso.datetime().nullable(),
    finishedOn: z.iso.datetime().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'QueueJob', description: 'A job as stored in the queue' })
export type QueueJob = z.infer<typeof queueJob>

/** Jobs in one state, from `start` to `end`, inclusive. */
export const queueJobPage = z
  .object({
    items: z.array(queueJob),
    state: z.enum(JOB_STATES),
    start: z.number().int(),
    end: z.number().int(),
  })
  .meta({ id: 'QueueJobPage' })
