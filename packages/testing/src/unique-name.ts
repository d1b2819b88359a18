import { randomUUID } from 'node:crypto'

/** A name no other test run has: fit for databases, queues, folders and slugs (`[a-z0-9-]`). */
export function uniqueName(label = 'test'): string {
  return `${label}-${randomUUID().replaceAll('-', '').slice(0, 12)}`
}

/** The same, with a trailing dash, to put before the keys of one test. */
export function uniquePrefix(label = 'test'): string {
  return `${uniqueName(label)}-`
}
