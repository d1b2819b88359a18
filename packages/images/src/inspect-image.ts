import type { Header } from './headers/header.ts'
import type { MeasuredPx } from './headers/image-error.ts'
import type { ImageFormat } from './image-format.ts'
import { checkJpegSize, checkSize, DEFAULT_MAX_PIXELS, DEFAULT_WIDTHS } from './limits.ts'
import { readHeader, type ImageSource } from './read-header.ts'
import { turnedSize } from './headers/turned-size.ts'

/** The information in the header. It does not prove that the pixels can be decoded. */
export interface ImageFacts {
  format: ImageFormat
  /** Pixels as displayed: the orientation is applied. */
  width: number
  height: number
  /**
   * EXIF orientation 1 to 8; 1 if the file has none. From 5 on, the stored width and height are
   * swapped.
   */
  orientation: number
}

export interface InspectOptions {
  /** Maximum number of pixels (width x height). Default 50 million. */
  maxPixels?: number
  /** Widths of the variants to create. Default 1024 and 800. */
  widths?: readonly number[]
}

/**
 * Reads the header of an image file: some kilobytes, with bounded reads and no decoder. A decoder
 * would process all frames of a GIF just to read its header, so that a few megabytes would cost the
 * process seconds and hundreds of megabytes.
 *
 * Throws ImageError: IMAGE_UNSUPPORTED if the bytes are not JPEG, PNG, WebP or GIF, or use an
 * unsupported encoding; IMAGE_TOO_LARGE with the measured `width` and `height`; IMAGE_CORRUPT if
 * the signature is right but the header unreadable. System errors pass through.
 */
export async function inspectImage(source: ImageSource, options: InspectOptions = {}): Promise<ImageFacts> {
  const header = await readHeader(source)
  const { format, orientation } = header
  return { format, ...checkedSize(header, options), orientation }
}

/** The displayed size. Throws IMAGE_TOO_LARGE. */
export function checkedSize(header: Header, options: InspectOptions): MeasuredPx {
  const size = turnedSize(header, header.orientation)
  checkSize(size, options.maxPixels ?? DEFAULT_MAX_PIXELS)
  checkJpegSize(size, Math.max(...(options.widths ?? DEFAULT_WIDTHS)))
  return size
}
