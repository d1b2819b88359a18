import { hash } from 'node:crypto'

/**
 * Identifies this state of a task or batch. It is computed from everything that clients see, so it changes
 * with any of that, and only then.
 */
export const etagOf = (shown: object): string => etagOfJson(JSON.stringify(shown))

/** The same for a task that is already JSON. */
export const etagOfJson = (json: string): string => `"${hash('sha256', json, 'base64url').slice(0, 27)}"`

/** Whether an If-None-Match header contains this tag, compared weakly (RFC 9110, 13.1.2). */
export function isKnown(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
}

/**
 * Whether an If-Match header permits a change of the state with this tag. A weak tag never does
 * (RFC 9110, 13.1.1).
 */
export function allowsChange(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true
  return ifMatch.split(',').some((tag) => tag.trim() === etag)
}
