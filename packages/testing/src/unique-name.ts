import { randomUUID } from 'node:crypto'

/**
 * A name that no other test run uses: valid for databases, queues, folders and slugs (`[a-z0-9-]`).
 */
export function uniqueName(label = 'test'): string {
  return `${label}-${randomUUID().replaceAll('-', '').slice(0, 12)}`
}

/** The same with a trailing dash, as a prefix for the keys of one test. */
export function uniquePrefix(label = 'test'): string {
  return `${uniqueName(label)}-`
}
