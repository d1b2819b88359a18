import { z } from 'zod'
import { job, jobStatus } from './jobs.ts'

/** What the server emits to the sockets that follow a job. */
export const JOB_MESSAGES = {
  'job:progress': z.object({
    jobId: z.string(),
    status: jobStatus,
    progress: z.number().meta({ description: 'Percent' }),
    message: z.string().meta({ description: 'What is being done' }),
  }),
  'job:completed': z.object({ jobId: z.string(), result: job.shape.result }),
  'job:failed': z.object({ jobId: z.string(), error: z.string() }),
  /** The job cannot be followed; `jobId` is the id that was sent. */
  'job:error': z.object({ jobId: z.string(), code: z.string() }),
}

export type JobMessageName = keyof typeof JOB_MESSAGES
export type JobMessageOf<Name extends JobMessageName> = z.infer<(typeof JOB_MESSAGES)[Name]>

/** The name of a message, and its content. */
export type JobMessage = { [Name in JobMessageName]: [name: Name, content: JobMessageOf<Name>] }[JobMessageName]
