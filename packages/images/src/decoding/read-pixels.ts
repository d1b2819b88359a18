import type { Sharp } from 'sharp'
import type { ImageHeader } from '../headers/header.ts'
import type { MeasuredPx } from '../headers/image-error.ts'
import { turnedSize } from '../headers/turned-size.ts'
import { giveBack } from './give-back.ts'
import { sharp } from './hardened-sharp.ts'
import { degreesOf } from './degrees-of.ts'
import { joinStrips, type Strip } from './join-strips.ts'

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
export interface Input {
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
 * 16-bit pixels are read in strips of this size. Each strip decodes the file anew, but only tall
 * pictures have more than one, because others are scaled down. Smaller ones would take more memory:
 * glibc keeps freed blocks of up to 32 MiB.
 */
const STRIP_BYTES = 36_000_000
/** Four channels of 16 bits. */
const DEEP_PIXEL_BYTES = 8

/** Throws the errors of the decoder. */
export async function readPixels(source: Source, input: Input, stripBytes = STRIP_BYTES): Promise<Pixels> {
  const { header, size } = source
  const isDeep = header.format === 'png' && header.bits === 16 && (await hasProfile(input.file))
  const stored = turnedSize(size, header.orientation)
  const rows = isDeep ? Math.max(1, Math.floor(stripBytes / (stored.width * DEEP_PIXEL_BYTES))) : stored.height
  const read = (strip?: Strip) => readStrip(source, { ...input, isDeep }, strip)
  return rows < stored.height ? joinStrips(stored, { rows, orientation: header.orientation }, read) : read()
}

async function readStrip(
  { header, size, maxPixels }: Source,
  { file, page = 0, failOn, isProven = false, isDeep }: Input & { isDeep: boolean },
  strip?: Strip,
): Promise<Pixels> {
  const image = sharp(file, { failOn, limitInputPixels: maxPixels, page, ignoreIcc: isDeep })
  const warnings: string[] = []
  image.on('warning', (warning: string) => warnings.push(warning.trim()))
  const { width, height } = turnedSize(size, header.orientation)
  // The WebP decoder shrinks with low quality, which costs text 10 dB.
  const fastShrinkOnLoad = !(header.format === 'webp' && header.isLossless)
  image.resize(width, height, { fit: 'fill', fastShrinkOnLoad })
  if (strip) image.extract({ left: 0, width, ...strip })
  const pixels = await (isDeep
    ? deepPixels(image, header)
    : rawPixels(turnUpright(image, header.orientation).flatten({ background: '#fff' }).toColourspace('srgb')))
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
function turnUpright(image: Sharp, orientation: number): Sharp {
  if ([2, 4, 5, 7].includes(orientation)) image.flop()
  const degrees = degreesOf(orientation)
  return degrees === 0 ? image : image.rotate(degrees)
}

/**
 * 16-bit colours with a profile. By default, sharp converts RGB to Display P3 and leaves it there,
 * and ignores grey profiles. So the profile is applied to the small picture with all of its bits,
 * because 8 bits of a linear profile are too few for dark colours.
 */
async function deepPixels(image: Sharp, header: ImageHeader): Promise<Pixels> {
  const isGrey = header.format === 'png' && header.isGrey
  const pixels = await rawPixels(image.toColourspace(isGrey ? 'grey16' : 'rgb16').withIccProfile('srgb'), 'ushort')
  const { data } = pixels
  const deep = new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
  // In place: each of them is read before it is overwritten.
  for (let at = 0; at < deep.length; at++) data[at] = Math.round((deep[at] as number) / 257)
  const shallow = ofPixels({ ...pixels, data: data.subarray(0, deep.length) })
  const upright = await rawPixels(turnUpright(shallow.flatten({ background: '#fff' }), header.orientation))
  giveBack(data)
  return upright
}

function ofPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
}

async function rawPixels(image: Sharp, depth: 'uchar' | 'ushort' = 'uchar'): Promise<Pixels> {
  const { data, info } = await image.raw({ depth }).toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels as Pixels['channels'] }
}
