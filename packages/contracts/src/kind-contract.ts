import { z } from 'zod'
import type { TaskKind } from './tasks.ts'

/**
 * What a worker is told of every task, whatever its kind: ids, never state. New fields must be
 * optional: jobs of the previous release may still be waiting.
 */
export const jobEnvelope = z.object({
  taskId: z.string(),
  timestamp: z.number(),
  epoch: z.number().int(),
  tenant: z.string(),
  /** Runs and attempts of this epoch made by an earlier job of the same id that Redis lost. */
  previous: z.object({ runs: z.number().int(), attempts: z.number().int() }).optional(),
  /** Failed runs of this job that used up no attempt, by cause. Written by workers. */
  setbacks: z
    .object({ crashed: z.number().int(), missing: z.number().int(), machine: z.number().int() })
    .partial()
    .optional(),
})
export type JobEnvelope = z.infer<typeof jobEnvelope>

/** A kind of task as it crosses processes: its queue, the name of its jobs, and what they say. */
export interface KindContract<Job extends JobEnvelope = JobEnvelope> {
  kind: TaskKind
  queue: string
  job: string
  input: z.ZodType<Job>
}
