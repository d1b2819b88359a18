import { createHash } from 'node:crypto'
import { DEFAULT_TENANT } from '@darkroom/contracts'
import { inspectImage } from '@darkroom/images/inspect-image'
import type { NewTask } from '../tasks/create-task.ts'
import { cleanName, type UploadFields } from '../tasks/task-fields.ts'
import type { ReceivedFile } from './hashing-disk.ts'

/** The task that a received file asks for. Throws what the image engine says of the file. */
export async function acceptFile(
  file: ReceivedFile,
  { name, ...fields }: UploadFields,
  maxPixels: number,
): Promise<{ task: Omit<NewTask, 'idempotency'>; fingerprint: string }> {
  // By its bytes: the name and the type that the client claims say nothing.
  const { format, width, height, orientation } = await inspectImage(file.path, { maxPixels })
  const { bytes, sha256, md5 } = file
  const task = {
    ...fields,
    tenant: DEFAULT_TENANT,
    name: nameOf(file, name),
    source: { bytes, format, width, height, orientation, sha256, md5 },
    tempPath: file.path,
  }
  return { task, fingerprint: fingerprintOf([sha256], { name, ...fields }) }
}

/** An empty text field of a web form is no name. */
export const nameOf = (file: ReceivedFile, given: string | undefined): string => cleanName(given?.trim() || file.originalName)

/** The same files with the same fields, whatever their order, are the same request. */
export const fingerprintOf = (sha256s: readonly string[], fields: object): string =>
  createHash('sha256')
    .update(sha256s.join())
    .update(JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
