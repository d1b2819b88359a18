import type { Request } from 'express'
import { z } from 'zod'
import { JOB_ID, TASK_ID } from '../http/openapi/example-ids.ts'
import { JSON_PROBLEMS } from '../http/openapi/operation.ts'

/** The path parameter that identifies a task. */
export const taskPath = {
  path: z.object({
    id: z.string().meta({ description: 'The id of the task, or its jobId', examples: [TASK_ID, JOB_ID] }),
  }),
}

/** The parameters of a change that can be made conditional. */
export const taskEdit = {
  ...taskPath,
  header: z.object({
    'If-Match': z.string().optional().meta({ description: 'Fail with 412 unless this is still the ETag of the task' }),
  }),
}

/** How a conditional change with a JSON body can fail. */
export const EDIT_PROBLEMS = [
  ...JSON_PROBLEMS,
  'TASK_NOT_FOUND',
  'TASK_CHANGED',
  'TASK_EXPIRED',
  'PRECONDITION_FAILED',
  'STORE_UNAVAILABLE',
] as const

export const idOf = (req: Request): string => String(req.params.id)
