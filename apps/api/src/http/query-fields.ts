import { z } from 'zod'

function wholeNumber(min: number, max: number) {
  const text = z.string().regex(/^\d{1,12}$/, `must be a whole number from ${min} to ${max}`)
  const number = z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`)
  return text
    .transform(Number)
    .pipe(number)
    .meta({ override: integerFrom(min, max) })
}

export function wholeNumberOr(fallback: number, min: number, max: number) {
  return wholeNumber(min, max)
    .default(fallback)
    .meta({ override: integerFrom(min, max, fallback) })
}

/** How numbers that arrive as text appear in the OpenAPI document. */
export function integerFrom(minimum: number, maximum: number, fallback?: number) {
  return ({ jsonSchema }: { jsonSchema: object }): void => {
    Object.assign(jsonSchema, { type: 'integer', minimum, maximum, pattern: undefined, default: fallback })
  }
}

/** A time with its offset. A plus sign in a URL is decoded as a space. */
export const time = z.iso
  .datetime({
    offset: true,
    error: ({ input }) =>
      `must be a time such as 2026-01-31T00:00:00Z${typeof input === 'string' && / \d\d:\d\d$/.test(input) ? '; in a URL, write the + of its offset as %2B' : ''}`,
  })
  .transform((text) => new Date(text))

export const IN_ORDER = { error: 'must not be after createdTo', path: ['createdFrom'] }
export const isInOrder = ({
  createdFrom,
  createdTo,
}: {
  createdFrom?: Date | undefined
  createdTo?: Date | undefined
}): boolean => !createdFrom || !createdTo || createdFrom <= createdTo
