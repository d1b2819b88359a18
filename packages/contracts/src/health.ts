import { z } from 'zod'

/**
 * Which services work, and what is still possible: `degraded` accepts uploads without the queue,
 * `down` does not.
 */
export const health = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    services: z.object({
      redis: z.boolean(),
      mongo: z.boolean(),
      queue: z.boolean(),
      storage: z.boolean().meta({
        description: 'The data folder; with `STORAGE=s3` the folder in which uploads are received',
      }),
      minio: z.boolean().optional().meta({ description: 'The bucket, if files are stored in one (`STORAGE=s3`)' }),
    }),
    pending: z.number().int().nullable().meta({ description: 'Tasks that have not ended; null if unknown' }),
    diskFreeBytes: z.number().nullable(),
    reasons: z.array(z.string()).meta({ description: 'Why the status is not `ok`' }).optional(),
    warnings: z.array(z.string()).meta({ description: 'Problems that do not affect the service yet' }).optional(),
  })
  .meta({ id: 'Health' })
export type Health = z.infer<typeof health>

export const liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' })
export const readiness = z
  .object({ status: z.enum(['ok', 'closing', 'not ready']), reason: z.string().optional() })
  .meta({ id: 'Readiness' })
export type Readiness = z.infer<typeof readiness>
