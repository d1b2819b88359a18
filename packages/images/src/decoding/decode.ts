import { readFile } from 'node:fs/promises'
import { toImageError } from './decode-error.ts'
import { judgeDecoding } from './judge-error.ts'
import { ResourceError } from './resource-error.ts'
import type { ImageHeader } from '../headers/header.ts'
import { isImageError } from '../headers/image-error.ts'
import { firstFrameOf } from './first-frame.ts'
import { mendJpeg } from './mend-jpeg.ts'
import { mendPng } from './mend-png.ts'
import { coloursOfPng } from './png-colours.ts'
import { withProfile } from './png-profile.ts'
import { type Input, type Pixels, readPixels, type Source } from './read-pixels.ts'

/**
 * The pixels of an image file: upright, of the required size, on white, in sRGB. A decoder error
 * does not prove that pixels are missing: the file is then examined again, without the decoder.
 * Throws ImageError, ResourceError or a system error.
 */
export async function decode(source: Source): Promise<Pixels> {
  const { header } = source
  try {
    return await decodeOrMend(source)
  } catch (error) {
    const verdict = await judgeDecoding(error, header)
    if (!mayBeTransient(verdict, header)) throw verdict
  }
  try {
    return await readPixels(source, await inputOf(source))
  } catch (error) {
    throw await judgeDecoding(error, header)
  }
}

/**
 * A lack of memory that has just passed. The WebP decoder has the same words for it as for damage.
 */
function mayBeTransient(verdict: unknown, { format }: ImageHeader): boolean {
  if (verdict instanceof ResourceError) return verdict.code === 'MEMORY_LIMIT'
  return format === 'webp' && isImageError(verdict) && verdict.code === 'IMAGE_CORRUPT'
}

async function decodeOrMend(source: Source): Promise<Pixels> {
  try {
    return await readPixels(source, await inputOf(source))
  } catch (error) {
    const verdict = toImageError(error)
    const mended = isImageError(verdict) && verdict.code === 'IMAGE_CORRUPT' ? await mend(source) : undefined
    if (mended === undefined) throw error
    return await readPixels(source, mended)
  }
}

async function inputOf({ path, header }: Source): Promise<Input> {
  if (header.format === 'gif') {
    const { bytes, page } = firstFrameOf(await readFile(path), header)
    return { file: bytes, page, failOn: 'warning' }
  }
  const colours = header.format === 'png' ? coloursOfPng(header) : undefined
  return { file: colours ? withProfile(await readFile(path), colours) : path, failOn: 'warning' }
}

async function mend({ path, header }: Source): Promise<Input | undefined> {
  if (header.format === 'jpeg') {
    const mended = mendJpeg(await readFile(path))
    return mended && { file: mended.bytes, failOn: 'none', isProven: mended.isProven }
  }
  if (header.format !== 'png') return undefined
  const file = await mendPng(await readFile(path))
  const colours = coloursOfPng(header)
  return file && { file: colours ? withProfile(file, colours) : file, failOn: 'error' }
}
