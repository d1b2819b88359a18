import { z } from 'zod'

const MAX_METADATA_DEPTH = 8

/** How the OpenAPI document describes metadata, which is validated by hand. */
export function metadataOverride({ jsonSchema }: { jsonSchema: object }): void {
  Object.assign(jsonSchema, {
    type: 'object',
    additionalProperties: true,
    propertyNames: { pattern: SAFE_KEY.source },
    examples: [{ album: 7 }],
  })
}

export function parseMetadata(text: string, context: z.RefinementCtx): Record<string, unknown> {
  try {
    return checkMetadata(JSON.parse(text), context)
  } catch {
    return refuse(context, 'must be a JSON object')
  }
}

export function checkMetadata(value: unknown, context: z.RefinementCtx): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(context, 'must be a JSON object')
  const wrong = unstorable(value, 1)
  return wrong === undefined ? (value as Record<string, unknown>) : refuse(context, wrong)
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

/**
 * Refuses, at any depth, what could not be returned as it was sent: keys that have a special
 * meaning to a database or to JavaScript, strings that are not well-formed Unicode, and infinite
 * numbers.
 */
function unstorable(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return 'must be valid Unicode'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'must not contain numbers this large'
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_METADATA_DEPTH) return `must not be nested deeper than ${MAX_METADATA_DEPTH} levels`
  for (const [key, inner] of Object.entries(value)) {
    if (isUnsafeKey(key)) return `must not contain the key ${JSON.stringify(key.slice(0, 50))}`
    const wrong = unstorable(inner, depth + 1)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** `_bsontype` makes the MongoDB driver take an object for one of its own types, and fail. */
const SAFE_KEY = /^(?!\$|__proto__$|_bsontype$)[^.\0]*$/

const isUnsafeKey = (key: string): boolean => !SAFE_KEY.test(key) || !key.isWellFormed()
