import { JOB_STATES } from '@darkroom/contracts'
import { z } from 'zod'
import { integerFrom } from '../http/query-fields.ts'

const PAGE = 50

const position = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number, 0 or more')
  .transform(Number)
  .meta({ override: integerFrom(0, 999_999_999) })

/** The query of a queue's jobs, as received. */
export const jobsRange = z.strictObject({
  state: z
    .enum(JOB_STATES)
    .default('waiting')
    .meta({ description: 'Only jobs in this state; `waiting` includes prioritized jobs' }),
  start: position
    .default(0)
    .meta({ description: 'The position of the first job', override: integerFrom(0, 999_999_999, 0) }),
  end: position.optional().meta({
    description: `The position of the last job, at most ${PAGE - 1} after the first; ${PAGE} jobs by default`,
  }),
})

/** A start without an end means the page that starts there. */
export const jobsQuery = jobsRange
  .transform(({ start, end = start + PAGE - 1, ...query }) => ({ ...query, start, end }))
  .refine(({ start, end }) => end >= start && end - start < PAGE, {
    error: `must be from start to start + ${PAGE - 1}`,
    path: ['end'],
  })
