import type { ProblemCode } from '@darkroom/contracts'
import type { z } from 'zod'
import { AppError } from '../app-error.ts'
import { faultText } from './fault-text.ts'
import { withGiven } from './given-value.ts'

/**
 * Validates input against a schema. Throws an AppError with this code that lists every invalid
 * field.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  code: ProblemCode,
): z.infer<Schema> {
  const parsed = schema.safeParse({ ...(input as object) }, { error: faultText, reportInput: true })
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: issue.message }))
      : [{ pointer: pointerTo(issue.path), detail: detailOf(issue, code) }],
  )
  const summary = errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  throw new AppError(code, summary.slice(0, 500), { errors: errors.slice(0, 20) })
}

/** A query has a list where a parameter is repeated. */
const detailOf = (issue: z.core.$ZodIssue, code: ProblemCode): string =>
  code === 'INVALID_QUERY' && Array.isArray(issue.input) ? 'must be given once' : withGiven(issue.message, issue)

/** A JSON pointer (RFC 6901). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`).join('')
