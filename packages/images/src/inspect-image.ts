import { open } from 'node:fs/promises'
import { readGifHeader } from './headers/gif-header.ts'
import { HeaderFile } from './headers/header-file.ts'
import type { Header } from './headers/header.ts'
import { readJpegHeader } from './headers/jpeg-header.ts'
import { readPngHeader } from './headers/png-header.ts'
import { readWebpHeader } from './headers/webp-header.ts'
import { ImageError, type MeasuredPx } from './image-error.ts'
import { headBytes, type ImageFormat, imageFormatOf } from './image-format.ts'
import { checkJpegSize, checkSize, defaultMaxPixels, defaultWidths } from './limits.ts'

/** What the header says. Nothing here proves that the pixels can be decoded. */
export interface ImageFacts {
  format: ImageFormat
  /** Pixels as a viewer sees them: the orientation is applied. */
  width: number
  height: number
  /** EXIF orientation 1 to 8; 1 when the file names none. From 5 on, the stored width and height have changed places. */
  orientation: number
}

export interface InspectOptions {
  /** Most pixels (width x height) that are accepted. Default 50 million. */
  maxPixels?: number
  /** Widths of the variants to be made of it. Default 1024 and 800. */
  widths?: readonly number[]
}

const READERS: Record<ImageFormat, (file: HeaderFile) => Promise<Header>> = {
  jpeg: readJpegHeader,
  png: readPngHeader,
  webp: readWebpHeader,
  gif: readGifHeader,
}

/**
 * Reads the header of an image file: some kilobytes, by bounded reads, with no decoder. A decoder's own look at a GIF walks through
 * all of its frames, so that a few megabytes would cost the process seconds and hundreds of megabytes.
 *
 * Throws ImageError: IMAGE_UNSUPPORTED when the bytes are not JPEG, PNG, WebP or GIF, or in a coding that is not read;
 * IMAGE_TOO_LARGE with the measured `width` and `height`; IMAGE_CORRUPT when the mark is right and the header unreadable.
 * System errors pass through.
 */
export async function inspectImage(path: string, options: InspectOptions = {}): Promise<ImageFacts> {
  const handle = await open(path, 'r')
  try {
    const file = new HeaderFile(handle)
    const format = imageFormatOf(await file.peek(0, headBytes))
    if (format === undefined) throw new ImageError('IMAGE_UNSUPPORTED', 'The file is not a JPEG, PNG, WebP or GIF image.')
    const header = await READERS[format](file)
    const seen = sizeSeen(header)
    checkSize(seen, options.maxPixels ?? defaultMaxPixels)
    checkJpegSize(seen, Math.max(...(options.widths ?? defaultWidths)))
    return { format, ...seen, orientation: header.orientation }
  } finally {
    await handle.close()
  }
}

/** Orientations 5 to 8 are a quarter turn (EXIF 2.32, tag 0x0112). */
function sizeSeen({ width, height, orientation }: Header): MeasuredPx {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}
