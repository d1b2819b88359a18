import type { Header } from './headers/header.ts'
import type { MeasuredPx } from './headers/image-error.ts'
import type { ImageFormat } from './image-format.ts'
import { checkJpegSize, checkSize, DEFAULT_MAX_PIXELS, DEFAULT_WIDTHS } from './limits.ts'
import { readHeader } from './read-header.ts'
import { turnedSize } from './headers/turned-size.ts'

/** What the header says. Nothing here proves that the pixels can be decoded. */
export interface ImageFacts {
  format: ImageFormat
  /** Pixels as a viewer sees them: the orientation is applied. */
  width: number
  height: number
  /**
   * EXIF orientation 1 to 8; 1 when the file names none. From 5 on, the stored width and height
   * have changed places.
   */
  orientation: number
}

export interface InspectOptions {
  /** Most pixels (width x height) that are accepted. Default 50 million. */
  maxPixels?: number
  /** Widths of the variants to be made of it. Default 1024 and 800. */
  widths?: readonly number[]
}

/**
 * Reads the header of an image file: some kilobytes, by bounded reads, with no decoder. A decoder's
 * own look at a GIF walks through all of its frames, so that a few megabytes would cost the process
 * seconds and hundreds of megabytes.
 *
 * Throws ImageError: IMAGE_UNSUPPORTED when the bytes are not JPEG, PNG, WebP or GIF, or in a
 * coding that is not read; IMAGE_TOO_LARGE with the measured `width` and `height`; IMAGE_CORRUPT
 * when the mark is right and the header unreadable. System errors pass through.
 */
export async function inspectImage(path: string, options: InspectOptions = {}): Promise<ImageFacts> {
  const header = await readHeader(path)
  const { format, orientation } = header
  return { format, ...checkedSize(header, options), orientation }
}

/** The size that people see. Throws IMAGE_TOO_LARGE. */
export function checkedSize(header: Header, options: InspectOptions): MeasuredPx {
  const size = turnedSize(header, header.orientation)
  checkSize(size, options.maxPixels ?? DEFAULT_MAX_PIXELS)
  checkJpegSize(size, Math.max(...(options.widths ?? DEFAULT_WIDTHS)))
  return size
}
