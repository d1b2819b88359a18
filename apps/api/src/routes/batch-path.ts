import type { Request } from 'express'
import { z } from 'zod'
import { BATCH_ID } from '../http/openapi/example-ids.ts'

/** The path parameter that identifies a batch. */
export const batchPath = z.object({ id: z.string().meta({ description: 'The batchId', example: BATCH_ID }) })

export const idOf = (req: Request): string => String(req.params.id).toLowerCase()
