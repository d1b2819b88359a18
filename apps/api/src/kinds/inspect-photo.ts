import { open } from 'node:fs/promises'
import { isImageError } from '@darkroom/images/image-error'
import { inspectImage } from '@darkroom/images/inspect-image'
import { AppError } from '../app-error.ts'
import type { Accepted, ReceivedFile } from '../tasks/kind.ts'
import { DESCRIBED_BYTES, describeFile } from './describe-file.ts'

const EXTENSIONS = { jpeg: 'jpg', png: 'png', webp: 'webp', gif: 'gif' } as const
/** Groups photos by megapixels, as the cost of decoding depends on pixels, not bytes. */
const SIZES_MPX = [1, 4, 8, 16, 32, Number.POSITIVE_INFINITY]

/**
 * What is known about an uploaded photo. Throws IMAGE_UNSUPPORTED if the file is not an image, and
 * the errors of the image engine.
 */
export async function inspectPhoto(
  file: ReceivedFile,
  { maxPixels }: { maxPixels: number },
): Promise<Accepted<'image.optimize'>> {
  // By its content: the claimed name and type are not trusted.
  const { format, width, height, orientation } = await inspectPicture(file.path, { maxPixels })
  const { bytes, sha256 } = file
  return { source: { bytes, format, width, height, orientation, sha256 }, extension: EXTENSIONS[format] }
}

/** The format and size of a picture, by its content. Throws as `inspectPhoto` does. */
export const inspectPicture = (path: string, limits: { maxPixels: number }) =>
  inspectImage(path, limits).catch(async (error: unknown) => {
    throw (await refusalOf(path, error)) ?? error
  })

/** Photos of one size take about as long to process. */
export const photoSize = ({ width, height }: { width: number; height: number }): string =>
  String(SIZES_MPX.findIndex((size) => width * height <= size * 1e6))

/**
 * States what the file is if it is not an image of the four formats; for those the engine's error
 * states what is wrong.
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
