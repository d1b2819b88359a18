import { hash } from 'node:crypto'
import type { Task } from '@darkroom/contracts'

/**
 * Names this very state of a task: made of all that clients see of it, so that it changes with any
 * of it, and only then.
 */
export const etagOf = (task: Task): string => etagOfJson(JSON.stringify(task))

/** The same for a task in JSON, as it is sent. */
export const etagOfJson = (json: string): string => `"${hash('sha256', json, 'base64url').slice(0, 27)}"`

/**
 * Whether an If-None-Match header names the state that has this tag, weakly compared (RFC 9110,
 * 13.1.2).
 */
export function isKnown(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
}

/**
 * Whether an If-Match header allows a change of the state that has this tag. A weak tag never does
 * (RFC 9110, 13.1.1).
 */
export function allowsChange(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true
  return ifMatch.split(',').some((tag) => tag.trim() === etag)
}
