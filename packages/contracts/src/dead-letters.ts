import { z } from 'zod'
import { MAX_COUNTED } from './tasks.ts'

/** Failed tasks grouped by error code, the most frequent first. */
export const deadLetterGroup = z
  .object({ code: z.string(), count: z.number().int(), lastFailedAt: z.iso.datetime().nullable() })
  .meta({ id: 'DeadLetterGroup' })
export type DeadLetterGroup = z.infer<typeof deadLetterGroup>

export const deadLetterGroups = z
  .object({
    items: z.array(deadLetterGroup),
    isExact: z.boolean().meta({ description: `false: only the newest ${MAX_COUNTED} failed tasks were counted` }),
  })
  .meta({ id: 'DeadLetterGroups' })
export type DeadLetterGroups = z.infer<typeof deadLetterGroups>

/** The result for one task to replay; `code` and `detail` say why it was refused. */
export const replayResult = z.object({
  id: z.string(),
  outcome: z.enum(['replayed', 'refused']),
  code: z.string().optional(),
  detail: z.string().optional(),
})
export type ReplayResult = z.infer<typeof replayResult>

/**
 * `matched` counts the tasks that match the request, `replayed` those that were restarted: none
 * with `dryRun`.
 */
export const replayReport = z
  .object({
    dryRun: z.boolean(),
    matched: z
      .number()
      .int()
      .meta({ description: `Counted up to ${MAX_COUNTED}` }),
    matchedIsExact: z.boolean().meta({ description: 'false: `total` or more tasks match' }),
    replayed: z.number().int(),
    items: z.array(replayResult),
  })
  .meta({ id: 'ReplayReport' })
export type ReplayReport = z.infer<typeof replayReport>
