import { z } from 'zod'
import { taskKind } from './tasks.ts'

/** A connected worker, and what it is doing. */
export const workerState = z
  .object({
    id: z.string(),
    kind: taskKind.meta({ description: 'The kind of tasks that it processes' }),
    queue: z.string(),
    slots: z.number().int().meta({ description: 'How many tasks it can process at a time' }),
    version: z.string().nullable().meta({ description: 'Its release; null if it is older than the ones that tell' }),
    since: z.iso.datetime().meta({ description: 'Connected to the queue since then, without an interruption' }),
    tasks: z
      .array(z.object({ id: z.string(), name: z.string(), startedAt: z.iso.datetime().nullable() }))
      .meta({ description: 'Your tasks that it is processing, of the newest hundred' }),
  })
  .meta({ id: 'WorkerState' })
export type WorkerState = z.infer<typeof workerState>

export const workerList = z.object({ items: z.array(workerState) }).meta({ id: 'WorkerList' })
export type WorkerList = z.infer<typeof workerList>
