import { decode } from './decoding/decode.ts'
import { sharp } from './decoding/hardened-sharp.ts'
import { judgeEncoding } from './decoding/judge-error.ts'
import type { Pixels } from './decoding/read-pixels.ts'
import type { MeasuredPx } from './headers/image-error.ts'
import { turnedSize } from './headers/turned-size.ts'
import { checkSize, DEFAULT_MAX_PIXELS } from './limits.ts'
import { readHeader } from './read-header.ts'

/** Pixels of three bytes: red, green, blue. */
export interface RgbPixels extends MeasuredPx {
  data: Buffer
}

export interface DecodeOptions {
  /** Maximum number of pixels (width x height) of the source. Default 50 million. */
  maxPixels?: number
  /** The longest side of the result; larger pictures are scaled down while they are decoded. */
  longestSide: number
}

/** The decoded picture, and the size of the picture as displayed, of which it may be a reduction. */
export interface DecodedImage {
  pixels: RgbPixels
  seen: MeasuredPx
}

/**
 * Decodes an image file: upright (EXIF orientation applied), first frame only, alpha on white, sRGB.
 * Throws like makeVariants.
 */
export async function decodeImage(path: string, options: DecodeOptions): Promise<DecodedImage> {
  const { maxPixels = DEFAULT_MAX_PIXELS, longestSide } = options
  const header = await readHeader(path)
  const seen = turnedSize(header, header.orientation)
  checkSize(seen, maxPixels)
  try {
    const pixels = await decode({ path, header, size: fittedSize(seen, longestSide), maxPixels })
    return { pixels: await toRgb(pixels), seen }
  } catch (error) {
    throw await judgeEncoding(error, header)
  }
}

/** Scaled to exactly that size, without regard to its proportions. */
export async function scalePixels({ data, width, height }: RgbPixels, size: MeasuredPx): Promise<RgbPixels> {
  const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
  const scaled = await image.resize(size.width, size.height, { fit: 'fill' }).raw().toBuffer()
  return { data: scaled, ...size }
}

/** No longer than that, in its proportions. */
export function fittedSize({ width, height }: MeasuredPx, longestSide: number): MeasuredPx {
  const scale = Math.min(1, longestSide / Math.max(width, height))
  const scaled = (side: number): number => Math.max(1, Math.round(side * scale))
  return { width: scaled(width), height: scaled(height) }
}

async function toRgb({ data, width, height, channels }: Pixels): Promise<RgbPixels> {
  if (channels === 3) return { data, width, height }
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
  return { data: await image.removeAlpha().toColourspace('srgb').raw().toBuffer(), width, height }
}
