import { z } from 'zod'

/** Those of the largest races. */
export const MAX_ROSTER_NUMBERS = 50_000

const MAX_NUMBER_LENGTH = 10
const MAX_NAME_LENGTH = 100

/** A bib number. Some have letters, such as the F12 of an elite runner. */
export const rosterNumber = z
  .string('must be a text such as "587"')
  .trim()
  .toUpperCase()
  .min(1, 'is empty')
  .max(MAX_NUMBER_LENGTH, `has more than ${MAX_NUMBER_LENGTH} characters`)
  .regex(/^[0-9A-Z]*$/, 'must have digits and letters only')

/** The name of who wears it, or nothing. */
export const rosterName = z
  .string('must be a text')
  .trim()
  .max(MAX_NAME_LENGTH, `has more than ${MAX_NAME_LENGTH} characters`)
  .regex(/^\P{Cc}*$/u, 'must not have control characters')
