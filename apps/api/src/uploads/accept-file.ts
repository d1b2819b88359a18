import { createHash } from 'node:crypto'
import { cleanName } from '../tasks/clean-name.ts'
import type { NewTask } from '../tasks/commands/create-task.ts'
import { policyOf, type Kinds, type ReceivedFile } from '../tasks/kind.ts'
import type { UploadFields } from './upload-fields.ts'

/**
 * The task and the fingerprint of a received file. Throws what the kind's policy throws if it
 * cannot be used.
 */
export function acceptFile(
  file: ReceivedFile,
  given: UploadFields,
  kinds: Kinds,
): { task: Omit<NewTask, 'tenant' | 'idempotency'>; fingerprint: string } {
  const { name, kind, priority, ttlSeconds, metadata, callbackUrl, notify, ...own } = given
  const accepted = policyOf(kinds, kind).accept(file, own)
  const common = { kind, priority, ttlSeconds, metadata, callbackUrl, notify }
  const task = { ...common, ...accepted, name: nameOf(file, name), tempPath: file.path, isPrepared: true }
  return { task, fingerprint: fingerprintOf([file.sha256], { ...given, name }) }
}

/** An empty text field of a web form is not a name. */
export const nameOf = (file: ReceivedFile, given: string | undefined): string =>
  cleanName(given?.trim() || file.originalName)

/** Requests with the same files, and the same fields in any order, are equal. */
export const fingerprintOf = (sha256s: readonly string[], fields: object): string =>
  createHash('sha256')
    .update(sha256s.join())
    .update(JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
