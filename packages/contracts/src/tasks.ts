import { z } from 'zod'
import { preview, taskFile, variant } from './kinds/stored-file.ts'
import { pendingSource, type PendingSource } from './kinds/fetched-source.ts'
import { KINDS, TASK_KINDS, type TaskKind } from './kinds/kinds.ts'

export const TASK_STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired'] as const

/** BullMQ runs jobs without a priority before all others, so every job gets one: 1 runs first. */
export const PRIORITIES = { premium: 1, interactive: 10, normal: 100, batch: 1000 } as const

export const taskKind = z.enum(TASK_KINDS)
export const taskStatus = z.enum(TASK_STATUSES)
export const taskPriority = z.enum(Object.keys(PRIORITIES) as [TaskPriority, ...TaskPriority[]])

export type TaskStatus = (typeof TASK_STATUSES)[number]
export type TaskPriority = keyof typeof PRIORITIES

const count = z.number().int()
/** The number of tasks in each status. */
export const statusCounts = z
  .object(Object.fromEntries(TASK_STATUSES.map((status) => [status, count])) as Record<TaskStatus, typeof count>)
  .meta({ id: 'StatusCounts' })
export type StatusCounts = z.infer<typeof statusCounts>

export const taskError = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() })
export type TaskError = z.infer<typeof taskError>

const timestamp = z.iso.datetime()

/** What is known about the original of a task whose file has arrived. */
export type FileSource = z.infer<(typeof KINDS)[TaskKind]['source']>
export type TaskSource = FileSource | (PendingSource & { [Unknown in 'bytes' | 'sha256' | 'format']?: undefined })
/** What is known about an original, depending on the kind. */
export const taskSource: z.ZodType<TaskSource> = z.union([
  pendingSource,
  ...Object.values(KINDS).map(({ source }): z.ZodType<TaskSource> => source),
])

/** Whether the file has still to be downloaded. */
export const isPending = (source: TaskSource): source is Exclude<TaskSource, FileSource> => source.sha256 === undefined

/** A task as the API returns it. */
export const task = z
  .object({
    id: z.string(),
    jobId: z.string(),
    kind: taskKind,
    status: taskStatus,
    priority: taskPriority,
    name: z.string(),
    originalPath: z.string().meta({ description: 'The storage key of the upload' }),
    source: taskSource,
    images: z.array(variant.extend({ url: z.string() })),
    files: z.array(taskFile).optional().meta({
      description:
        'Every file but the thumbnail; of photos, the largest variant first. Release 0.1 does not list those of image tasks',
    }),
    preview: preview.extend({ url: z.string() }).nullable().optional().meta({
      description:
        'Of photos: the thumbnail, at most 320 pixels wide and high, and what to show until it is loaded; null until there is one',
    }),
    result: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .meta({ description: 'Further results, depending on the kind; null if the kind has none' }),
    savedBytes: z.number().int().nullable().optional().meta({
      description:
        'How much smaller the largest variant of a photo is than what was sent; negative if it is larger, null until it is there',
    }),
    progress: z.object({ stage: z.string(), percent: z.number() }),
    attempts: z.object({
      made: z.number().int(),
      max: z.number().int(),
      nextAt: timestamp.nullable().meta({ description: 'When the next attempt is due, after a failed one' }),
    }),
    epoch: z.number().int().meta({ description: 'Starts at 1 and increases with each manual retry' }),
    error: taskError.nullable(),
    metadata: z.record(z.string(), z.unknown()),
    batchId: z.string().nullable().meta({ description: 'The batch in which it was uploaded' }),
    processingTimeMs: z.number().nullable().meta({ description: 'The duration of the run that completed the task' }),
    waitMs: z.number().nullable().meta({ description: 'How long the task waited for its last run' }),
    workerId: z.string().nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    expiresAt: timestamp.nullable().meta({ description: 'When the files are removed; null until the task has ended' }),
    links: z.object({
      self: z.string(),
      status: z.string(),
      download: z.string(),
      events: z.string(),
      page: z
        .string()
        .optional()
        .meta({ description: 'Where the web page shows it. Release 0.1 does not tell, nor what it has cached' }),
    }),
  })
  .meta({ id: 'Task' })
export type Task = z.infer<typeof task>

/** A signed URL, which gives anyone access to a variant until it expires. */
export const downloadUrl = z.object({ url: z.string(), expiresAt: timestamp }).meta({ id: 'DownloadUrl' })
export type DownloadUrl = z.infer<typeof downloadUrl>

/**
 * How long a task was expected to take when it was accepted, in milliseconds, and how many jobs
 * were ahead of it.
 */
export const taskEstimate = z.object({
  p50Ms: z.number().int(),
  p90Ms: z.number().int(),
  position: z.number().int(),
  paused: z.literal(true).optional().meta({ description: 'The queue was paused: the times start when it is resumed' }),
})
export type TaskEstimate = z.infer<typeof taskEstimate>

/** The response to an upload: the task, and how long it is expected to take. */
export const acceptedTask = task
  .extend({ estimatedTime: z.string(), estimate: taskEstimate })
  .meta({ id: 'AcceptedTask' })
export type AcceptedTask = z.infer<typeof acceptedTask>

/** A task in a list: without large metadata. */
export const listedTask = task
  .extend({
    metadataOmitted: z.literal(true).optional().meta({
      description: 'The metadata is larger than 4 KiB and therefore empty in lists; get the task itself to see it',
    }),
  })
  .meta({ id: 'ListedTask' })
export type ListedTask = z.infer<typeof listedTask>

/** Totals are counted up to this number, so that their cost is limited. */
export const MAX_COUNTED = 10_000

export const taskPage = z
  .object({
    items: z.array(listedTask),
    page: z.number().int(),
    limit: z.number().int(),
    total: z
      .number()
      .int()
      .meta({ description: `Number of matching tasks, counted up to ${MAX_COUNTED}; may be 45 seconds old` }),
    totalIsExact: z.boolean().meta({ description: 'false: there are `total` or more' }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'TaskPage' })
export type TaskPage = z.infer<typeof taskPage>
