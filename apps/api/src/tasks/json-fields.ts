import { z } from 'zod'
import { cleanName, MAX_NAME_LENGTH } from './clean-name.ts'
import { checkMetadata, metadataOverride } from './metadata.ts'
import { MAX_TTL_SECONDS, MIN_TTL_SECONDS } from './ttl-bounds.ts'

/** The fields of a task that clients can set, as they are sent in JSON. */
export const nameField = z
  .string()
  .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
  .regex(/\S/, 'must not be empty')
  .transform(cleanName)
  .optional()

export const metadataField = z
  .unknown()
  .transform(checkMetadata)
  .optional()
  .meta({ description: 'Any JSON object, stored with the task', override: metadataOverride })

export const ttlSecondsField = z
  .number('must be a number')
  .int('must be a whole number')
  .min(MIN_TTL_SECONDS, `must be at least ${MIN_TTL_SECONDS}`)
  .max(MAX_TTL_SECONDS, `must be at most ${MAX_TTL_SECONDS}`)
  .optional()
