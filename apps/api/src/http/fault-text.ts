import type { z } from 'zod'

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
const UNITS: Record<string, string> = { string: ' characters', array: ' entries' }

/**
 * What is wrong with a value, to be appended to its name: a readable message, where the schema has
 * none of its own.
 */
export function faultText(issue: z.core.$ZodRawIssue): string {
  if (Array.isArray(issue.input) && ['invalid_type', 'invalid_value'].includes(issue.code)) return 'must be given once'
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}${given(issue.input)}`
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${TYPES[issue.expected] ?? issue.expected}${given(issue.input)}`
    case 'too_big':
      return `must ${UNITS[issue.origin] ? 'have' : 'be'} at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`
    case 'too_small':
      return `must ${UNITS[issue.origin] ? 'have' : 'be'} at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`
    case 'unrecognized_keys':
      return `is unknown; known are ${knownTo(issue.inst)}`
    default:
      return `has an invalid format${given(issue.input)}`
  }
}

const given = (input: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof input)
    ? `, not ${JSON.stringify(String(input).toWellFormed().slice(0, 50))}`
    : ''

/** The known names of the object. */
function knownTo(schema: unknown): string {
  const { def } = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod ?? {}
  return Object.keys(def?.shape ?? {}).join(', ')
}
