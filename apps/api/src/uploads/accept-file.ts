import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { isImageError } from '@darkroom/images/image-error'
import { inspectImage } from '@darkroom/images/inspect-image'
import { AppError } from '../app-error.ts'
import type { NewTask } from '../tasks/commands/create-task.ts'
import { cleanName } from '../tasks/clean-name.ts'
import type { UploadFields } from './upload-fields.ts'
import { DESCRIBED_BYTES, describeFile } from './describe-file.ts'
import type { ReceivedFile } from './hashing-disk.ts'

/**
 * The task that a received file asks for. Throws IMAGE_UNSUPPORTED for what is no picture, and what
 * the image engine says of one.
 */
export async function acceptFile(
  file: ReceivedFile,
  { name, ...fields }: UploadFields,
  maxPixels: number,
): Promise<{ task: Omit<NewTask, 'tenant' | 'idempotency'>; fingerprint: string }> {
  // By its bytes: the name and the type that the client claims say nothing.
  const { format, width, height, orientation } = await inspectImage(file.path, { maxPixels }).catch(
    async (error: unknown) => {
      throw (await refusalOf(file.path, error)) ?? error
    },
  )
  const { bytes, sha256, md5 } = file
  const task = {
    ...fields,
    name: nameOf(file, name),
    source: { bytes, format, width, height, orientation, sha256, md5 },
    tempPath: file.path,
  }
  return { task, fingerprint: fingerprintOf([sha256], { name, ...fields }) }
}

/**
 * What a file is that is no picture of the four formats; of a picture the engine itself says what
 * is wrong.
 */
async function refusalOf(path: string, error: unknown): Promise<AppError | undefined> {
  if (!isImageError(error) || error.code !== 'IMAGE_UNSUPPORTED') return undefined
  const found = describeFile(await readHead(path))
  if (!found) return undefined
  const advice = found.advice === undefined ? '' : ` ${found.advice}`
  return new AppError(
    'IMAGE_UNSUPPORTED',
    `The file is ${found.is}. JPEG, PNG, WebP and GIF images are accepted.${advice}`,
  )
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(DESCRIBED_BYTES), 0, DESCRIBED_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
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
