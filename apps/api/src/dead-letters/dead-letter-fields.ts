import { z } from 'zod'
import { listQuery } from '../tasks/task-fields.ts'

const MAX_IDS = 1000

const code = z.string().regex(/^[A-Z][A-Z0-9_]{1,60}$/, 'must be an error code, such as STORAGE_FULL')
const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T00:00:00Z' }).transform((text) => new Date(text))
const range = { createdFrom: time.optional(), createdTo: time.optional() }

/** The query of the list. */
export const deadLetterQuery = z.strictObject({
  ...listQuery.omit({ status: true }).shape,
  code: code.optional(),
  groupBy: z.literal('error').optional(),
})

/** What of it a count by error takes. */
export const groupQuery = deadLetterQuery.pick({ code: true, createdFrom: true, createdTo: true, groupBy: true })

/** Which tasks are to be started again, as JSON. */
export const replayBody = z
  .strictObject({
    ids: z
      .array(z.string().regex(/^[0-9a-f]{24}$/, 'must be a task id'))
      .min(1)
      .max(MAX_IDS)
      .optional(),
    filter: z.strictObject({ code: code.optional(), ...range }).optional(),
    limit: z.int().min(1).max(MAX_IDS).default(100),
    dryRun: z.boolean().default(false),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: 'must be given, or a filter, but not both',
    path: ['ids'],
  })
  .meta({ override: { oneOf: [{ required: ['ids'] }, { required: ['filter'] }] } })
