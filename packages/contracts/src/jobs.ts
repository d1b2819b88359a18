import { z } from 'zod'
import { task } from './tasks.ts'

/** The status of a task in `/api/jobs`, an older and smaller representation of tasks. */
export const jobStatus = z.enum(['pending', 'active', 'completed', 'failed'])
export type JobStatus = z.infer<typeof jobStatus>

const progress = z.object({ stage: z.string(), progress: z.number() })

/** The response to an upload in this representation. */
export const acceptedJob = z
  .object({ jobId: z.string(), statusUrl: z.string(), downloadUrl: z.string(), estimatedTime: z.string() })
  .meta({ id: 'AcceptedJob' })

export const jobProgress = z
  .object({
    jobId: z.string(),
    status: jobStatus,
    progress,
    error: z.string().nullable(),
    createdAt: z.iso.datetime(),
    processedOn: z.iso.datetime().nullable(),
    finishedOn: z.iso.datetime().nullable(),
    downloadUrl: z.string(),
  })
  .meta({ id: 'JobProgress' })
export type JobProgress = z.infer<typeof jobProgress>

export const job = z
  .object({
    jobId: z.string(),
    status: jobStatus,
    progress,
    city: z.string().optional().meta({ description: 'Of a video' }),
    language: z.string().optional().meta({ description: 'Of a video' }),
    data: z.object({
      taskId: z.string(),
      imagePath: z.string(),
      timestamp: z.number().meta({ description: 'Milliseconds since 1970' }),
      epoch: z.number().int(),
      name: z.string(),
    }),
    result: z
      .looseObject({ images: task.shape.images, files: task.shape.files, processingTime: z.number().nullable() })
      .nullable(),
    error: z.string().nullable(),
    createdAt: z.iso.datetime(),
    processedOn: z.iso.datetime().nullable(),
    finishedOn: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' })
export type Job = z.infer<typeof job>

export const jobList = z.object({ jobs: z.array(job), count: z.number().int() }).meta({ id: 'JobList' })

/** The response to a request for a video in this representation. */
export const acceptedVideo = z
  .object({ jobId: z.string(), status: z.literal('pending'), message: z.string(), estimatedTime: z.string() })
  .meta({ id: 'AcceptedVideo' })
