import type { FileHandle } from 'node:fs/promises'
import { DESCRIBED_BYTES, describeFile } from './describe-file.ts'
import { ImageError, isImageError } from './headers/image-error.ts'
import { inspectImage, type ImageFacts, type InspectOptions } from './inspect-image.ts'
import { opened, type ImageSource } from './read-header.ts'

export type { ImageFacts } from './inspect-image.ts'

/**
 * Like `inspectImage`, for a file of which nothing is known: the error for one that is not an image
 * states what it is.
 */
export const inspectUpload = (source: ImageSource, options: InspectOptions = {}): Promise<ImageFacts> =>
  inspectImage(source, options).catch(async (error: unknown) => {
    throw (await refusalOf(source, error)) ?? error
  })

/** For images of the four formats the engine's own error states what is wrong. */
async function refusalOf(source: ImageSource, error: unknown): Promise<ImageError | undefined> {
  if (!isImageError(error) || error.code !== 'IMAGE_UNSUPPORTED') return undefined
  const found = describeFile(await opened(source, readHead))
  if (!found) return undefined
  const advice = found.advice === undefined ? '' : ` ${found.advice}`
  return new ImageError(
    'IMAGE_UNSUPPORTED',
    `The file is ${found.is}. JPEG, PNG, WebP and GIF images are accepted.${advice}`,
  )
}

async function readHead(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(DESCRIBED_BYTES), 0, DESCRIBED_BYTES, 0)
  return buffer.subarray(0, bytesRead)
}
