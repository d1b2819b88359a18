import { z } from 'zod'

const count = z.number().int()
const limit = count.nullable()

export const usageDay = z.object({
  day: z.iso.date().meta({ description: 'In UTC' }),
  tasks: count.meta({ description: 'Accepted tasks, whatever became of them' }),
  bytes: count.meta({ description: 'Of their uploads' }),
})
export type UsageDay = z.infer<typeof usageDay>

export const usage = z
  .object({
    tenant: z.string(),
    days: z.array(usageDay).meta({ description: 'The days with uploads, oldest first' }),
    stored: z
      .object({
        bytes: count.meta({ description: 'Of uploads and results that have not expired' }),
        at: z.iso.datetime().meta({ description: 'When they were counted' }),
      })
      .nullable()
      .meta({ description: 'Null before the first count' }),
    quotas: z
      .object({ tasksPerDay: limit, bytesPerDay: limit, storedBytes: limit, uploads: limit })
      .meta({ description: 'The limits of each tenant; null for none. `uploads` are concurrent ones' }),
  })
  .meta({ id: 'Usage' })
export type Usage = z.infer<typeof usage>
