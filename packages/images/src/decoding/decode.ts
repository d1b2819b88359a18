import { readFile } from 'node:fs/promises'
import type { Sharp } from 'sharp'
import { toImageError } from './decode-error.ts'
import { sharp } from './hardened-sharp.ts'
import { judgeDecoding } from './judge-error.ts'
import { ResourceError } from './resource-error.ts'
import type { ImageHeader } from '../headers/header.ts'
import { isImageError, type MeasuredPx } from '../headers/image-error.ts'
import { turnedSize } from '../headers/turned-size.ts'
import { firstFrameOf } from './first-frame.ts'
import { mendJpeg } from './mend-jpeg.ts'
import { mendPng } from './mend-png.ts'
import { coloursOfPng } from './png-colours.ts'
import { withProfile } from './png-profile.ts'

export interface Pixels extends MeasuredPx {
  data: Buffer
  channels: 1 | 2 | 3 | 4
}

/** An image file to decode, and the required size. */
export interface Source {
  path: string
  header: ImageHeader
  /** After applying the orientation. */
  size: MeasuredPx
  maxPixels: number
}

/** The input of the decoder: the file itself, or bytes derived from it. */
interface Input {
  file: string | Buffer
  page?: number
  /** `warning` fails on anything that may be missing or invented pixels. */
  failOn: 'warning' | 'error' | 'none'
  /**
   * Whether the pixels are known to be complete. Otherwise, with `none`, a single warning is
   * accepted, if it is harmless.
   */
  isProven?: boolean
}

/** Warnings that do not indicate missing pixels. Only the first of several has a text. */
const HARMLESS =
  /^VipsJpeg: (Corrupt JPEG data: \d+ extraneous bytes before marker 0x(?!d[0-7])..|Inconsistent progression sequence .*|Unknown Adobe color transform code .*)$/

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
    return await decodeInput(source, await inputOf(source))
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
    return await decodeInput(source, await inputOf(source))
  } catch (error) {
    const verdict = toImageError(error)
    const mended = isImageError(verdict) && verdict.code === 'IMAGE_CORRUPT' ? await mend(source) : undefined
    if (mended === undefined) throw error
    return await decodeInput(source, mended)
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

async function decodeInput(
  { header, size, maxPixels }: Source,
  { file, page = 0, failOn, isProven = false }: Input,
): Promise<Pixels> {
  const isDeep = header.format === 'png' && header.bits === 16 && (await hasProfile(file))
  const image = sharp(file, { failOn, limitInputPixels: maxPixels, page, ignoreIcc: isDeep })
  const warnings: string[] = []
  image.on('warning', (warning: string) => warnings.push(warning.trim()))
  const stored = turnedSize(size, header.orientation)
  // The WebP decoder shrinks with low quality, which costs text 10 dB.
  const fastShrinkOnLoad = !(header.format === 'webp' && header.isLossless)
  image.resize(stored.width, stored.height, { fit: 'fill', fastShrinkOnLoad })
  turnUpright(image, header.orientation)
  const pixels = await (isDeep
    ? deepPixels(image, header.isGrey)
    : rawPixels(image.flatten({ background: '#fff' }).toColourspace('srgb')))
  if (failOn === 'none') checkWarnings(warnings, isProven)
  return pixels
}

/** Only a valid profile counts: the metadata of the file may be corrupt. */
async function hasProfile(file: string | Buffer): Promise<boolean> {
  return (await sharp(file, { limitInputPixels: false, failOn: 'none' }).metadata()).hasProfile
}

/** The decoder reports how many there were, and the first of them. */
function checkWarnings(warnings: readonly string[], isProven: boolean): void {
  const [count, first = ''] = warnings
  const isHarmless = HARMLESS.test(first) && (isProven || count === 'read gave 1 warnings')
  if (count !== undefined && !isHarmless) throw new Error(warnings.join('; '))
}

/**
 * Reverts the orientation found by the header reader, so that the picture and its reported size
 * cannot disagree. A flop comes before the rotation (EXIF 2.32, tag 0x0112).
 */
function turnUpright(image: Sharp, orientation: number): void {
  if ([2, 4, 5, 7].includes(orientation)) image.flop()
  const degrees = [0, 0, 0, 180, 180, 270, 90, 90, 270][orientation] ?? 0
  if (degrees !== 0) image.rotate(degrees)
}

/**
 * 16-bit colours with a profile. By default, sharp converts RGB to Display P3 and leaves it there,
 * and ignores grey profiles. So the profile is applied to the small picture with all of its bits,
 * because 8 bits of a linear profile are too few for dark colours.
 */
async function deepPixels(image: Sharp, isGrey: boolean): Promise<Pixels> {
  const { data, width, height, channels } = await rawPixels(
    image.toColourspace(isGrey ? 'grey16' : 'rgb16').withIccProfile('srgb'),
    'ushort',
  )
  const deep = new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
  const pixels = Buffer.alloc(deep.length)
  for (let at = 0; at < deep.length; at++) pixels[at] = Math.round((deep[at] as number) / 257)
  return rawPixels(
    sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false }).flatten({ background: '#fff' }),
  )
}

async function rawPixels(image: Sharp, depth: 'uchar' | 'ushort' = 'uchar'): Promise<Pixels> {
  const { data, info } = await image.raw({ depth }).toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels as Pixels['channels'] }
}
