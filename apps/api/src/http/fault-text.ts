import type { z } from 'zod'

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const FORMATS: Record<string, string> = {
  date: 'a date such as 2026-01-31',
  datetime: 'a time such as 2026-01-31T00:00:00Z',
  email: 'an e-mail address such as ana@example.com',
  url: 'a URL such as https://example.com/path',
}
const UNITS: Record<string, string> = { string: ' characters', array: ' entries' }

/**
 * What is wrong with a value, to be appended to its name: a readable message, where the schema has
 * none of its own.
 */
export function faultText(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_big':
      return `must ${UNITS[issue.origin] ? 'have' : 'be'} at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`
    case 'too_small':
      if (issue.minimum === 1 && UNITS[issue.origin]) return 'must not be empty'
      return `must ${UNITS[issue.origin] ? 'have' : 'be'} at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`
    case 'unrecognized_keys':
      return `is unknown; known are ${knownTo(issue.inst)}`
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`}`
    case 'invalid_union':
      return `must be ${Array.isArray(issue.options) ? oneOf(issue.options) : 'of one of the documented forms'}`
    default:
      return 'is not accepted'
  }
}

const oneOf = (values: readonly unknown[]): string => `${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`

/** The known names of the object. */
function knownTo(schema: unknown): string {
  const { def } = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod ?? {}
  return Object.keys(def?.shape ?? {}).join(', ')
}
