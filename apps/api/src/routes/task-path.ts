import type { Request } from 'express'
import { z } from 'zod'
import { JOB_ID, TASK_ID } from '../http/openapi/example-ids.ts'

/** The path parameter that identifies a task. */
export const taskPath = {
  path: z.object({
    id: z.string().meta({ description: 'The id of the task, or its jobId', examples: [TASK_ID, JOB_ID] }),
  }),
}

export const idOf = (req: Request): string => String(req.params.id)
