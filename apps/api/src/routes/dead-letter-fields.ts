import { ID_PATTERN } from '@darkroom/contracts'
import { z } from 'zod'
import { IN_ORDER, isInOrder, time } from '../http/query-fields.ts'
import { errorCode, listFields } from './task-fields.ts'

const MAX_IDS = 1000

const range = { createdFrom: time.optional(), createdTo: time.optional() }

const fields = z.strictObject({
  ...listFields.omit({ status: true }).shape,
  groupBy: z.literal('error').optional().meta({ description: 'Count by error code instead of listing' }),
})

/** The query of the list. */
export const deadLetterQuery = fields.refine(isInOrder, IN_ORDER)

/** The part of it that applies to counts by error. */
export const groupQuery = fields.pick({ code: true, createdFrom: true, createdTo: true, groupBy: true })

/** The tasks to restart, as JSON. */
export const replayBody = z
  .strictObject({
    ids: z
      .array(z.string().regex(ID_PATTERN, 'must be a task id'))
      .min(1)
      .max(MAX_IDS)
      .optional()
      .meta({ description: 'Ids of failed tasks' }),
    filter: z
      .strictObject({ code: errorCode.optional(), ...range })
      .refine(isInOrder, IN_ORDER)
      .optional()
      .meta({ description: 'Which failed tasks; all of them if it is empty' }),
    limit: z.int().min(1).max(MAX_IDS).default(100).meta({ description: 'Maximum number of tasks, with a filter' }),
    notify: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether the people that the uploads named are told of the new ends' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only count the tasks, without restarting them' }),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: 'must be given, or a filter, but not both',
    path: ['ids'],
  })
  .meta({ override: { oneOf: [{ required: ['ids'] }, { required: ['filter'] }] } })
