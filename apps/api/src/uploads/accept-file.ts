import { createHash } from 'node:crypto'
import { cleanName } from '../tasks/clean-name.ts'
import type { NewTask } from '../tasks/commands/create-task.ts'
import { policyOf, type Kinds, type ReceivedFile } from '../tasks/kind.ts'
import type { UploadFields } from './upload-fields.ts'

/** The task that a received file asks for. Throws what its kind says of a file that it cannot use. */
export async function acceptFile(
  file: ReceivedFile,
  { name, ...fields }: UploadFields,
  kinds: Kinds,
): Promise<{ task: Omit<NewTask, 'tenant' | 'idempotency'>; fingerprint: string }> {
  const accepted = await policyOf(kinds, fields.kind).accept(file)
  const task = { ...fields, ...accepted, name: nameOf(file, name), tempPath: file.path }
  return { task, fingerprint: fingerprintOf([file.sha256], { name, ...fields }) }
}

/** An empty text field of a web form is no name. */
export const nameOf = (file: ReceivedFile, given: string | undefined): string =>
  cleanName(given?.trim() || file.originalName)

/** The same files with the same fields, whatever their order, are the same request. */
export const fingerprintOf = (sha256s: readonly string[], fields: object): string =>
  createHash('sha256')
    .update(sha256s.join())
    .update(JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
