import { ImageError, type MeasuredPx } from './headers/image-error.ts'
import { scaledSize } from './scaled-size.ts'

/** 50 megapixels: 250 to 310 MB of memory, up to 600 MB for a few rare encodings. */
export const DEFAULT_MAX_PIXELS = 50_000_000

/**
 * The longest side that a JPEG or GIF header can express, and the product's limit for every format.
 */
const MAX_SIDE_PX = 65_535

/** The encoder's limit is a little below that of the format (libjpeg: JPEG_MAX_DIMENSION). */
const MAX_JPEG_SIDE_PX = 65_500

export const DEFAULT_WIDTHS: readonly number[] = [1024, 800]

/**
 * Throws IMAGE_TOO_LARGE, with the measured size, if the picture exceeds our limits for decoding.
 */
export function checkSize(measured: MeasuredPx, maxPixels: number): void {
  const { width, height } = measured
  if (Math.max(width, height) > MAX_SIDE_PX)
    throw tooLarge(measured, `no side may be longer than ${format(MAX_SIDE_PX)} px`)
  if (width * height > maxPixels)
    throw tooLarge(measured, `that is ${format(width * height)} pixels, but at most ${format(maxPixels)} are allowed`)
}

/**
 * Throws IMAGE_TOO_LARGE if a variant of that width would be higher than a JPEG can be: narrow
 * pictures keep their height.
 */
export function checkJpegSize(measured: MeasuredPx, width: number): void {
  if (scaledSize(measured, width).height > MAX_JPEG_SIDE_PX)
    throw tooLarge(measured, `a JPEG can have at most ${format(MAX_JPEG_SIDE_PX)} px per side`)
}

function tooLarge(measured: MeasuredPx, why: string): ImageError {
  return new ImageError('IMAGE_TOO_LARGE', `The image is ${measured.width} x ${measured.height} px: ${why}.`, {
    measured,
  })
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}
