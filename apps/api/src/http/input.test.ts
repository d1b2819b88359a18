import type { ProblemCode } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { faultsOf } from '../../test/faults-of.ts'
import { parseInput } from './input.ts'
import { time, wholeNumberOr } from './query-fields.ts'

const detailsOf = (schema: z.ZodType, value: unknown, code: ProblemCode = 'INVALID_FIELD') =>
  faultsOf(() => parseInput(z.object({ a: schema }), { a: value }, code)).map(({ detail }) => detail)

const size = z.number('must be a number').int('must be a whole number').min(60, 'must be at least 60')
const template = z.discriminatedUnion('name', [
  z.object({ name: z.literal('weather') }),
  z.object({ name: z.literal('news') }),
])

it.each([
  [size, 5, 'must be at least 60, not 5'],
  [size, '100', 'must be a number, not "100"'],
  [size, 60.5, 'must be a whole number, not 60.5'],
  [size, null, 'must be a number, not null'],
  [wholeNumberOr(20, 1, 100), '101', 'must be at most 100, not 101'],
  [wholeNumberOr(20, 1, 100), 'x', 'must be a whole number from 1 to 100, not "x"'],
  [z.string(), undefined, 'is missing'],
  [z.string(), ['x'], 'must be text, not a list'],
  [z.enum(['x', 'y']), ['x'], 'must be one of x, y, not a list'],
  [z.string(), {}, 'must be text, not an object'],
  [z.record(z.string(), z.string()), 'x', 'must be an object, not "x"'],
  [z.string().min(1), '', 'must not be empty'],
  [z.array(z.string()).min(1), [], 'must not be empty'],
  [z.string().max(3), 'secret', 'must have at most 3 characters, not 6'],
  [z.array(z.string()).max(1), ['x', 'y'], 'must have at most 1 entries, not 2'],
  [z.enum(['x']), 'y'.repeat(60), `must be x, not "${'y'.repeat(50)}…"`],
  [z.iso.date(), 'x', 'must be a date such as 2026-01-31, not "x"'],
  [z.iso.datetime(), 'x', 'must be a time such as 2026-01-31T00:00:00Z, not "x"'],
  [z.url(), 'x', 'must be a URL such as https://example.com/path, not "x"'],
  [z.string().regex(/^a+$/), 'x', 'must be text of the form /^a+$/, not "x"'],
  [z.union([z.string(), z.number()]), true, 'must be of one of the documented forms, not true'],
  [template, { name: 'x' }, 'must be one of weather, news, not "x"'],
  [template, {}, 'must be one of weather, news'],
  [
    time,
    '2026-01-31T00:00:00 02:00',
    'must be a time such as 2026-01-31T00:00:00Z, not "2026-01-31T00:00:00 02:00"; in a URL, write the + of its offset as %2B',
  ],
])('%# says what is accepted and what was sent', (schema, value, detail) => {
  expect(detailsOf(schema, value)).toEqual([detail])
})

it('a parameter of a query is repeated, which JSON has lists for', () => {
  expect(detailsOf(z.string(), ['x', 'y'], 'INVALID_QUERY')).toEqual(['must be given once'])
})
