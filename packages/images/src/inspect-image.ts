import type { Metadata } from 'sharp'
import { toImageError } from './decode-error.ts'
import { sharp } from './hardened-sharp.ts'
import { ImageError } from './image-error.ts'
import { type ImageFormat, readImageFormat } from './image-format.ts'
import { checkSize, defaultMaxPixels } from './limits.ts'

/** What the header says. Nothing here proves that the pixels can be decoded. */
export interface ImageFacts {
  format: ImageFormat
  /** Pixels as stored, before the orientation is applied; of one frame. */
  width: number
  height: number
  /** EXIF orientation 1 to 8; 1 when the file names none. From 5 on, width and height change places for the viewer. */
  orientation: number
  /** Frames of an animation, 1 for a still picture. */
  frames: number
}

export interface InspectOptions {
  /** Most pixels (width x height) that are accepted. Default 50 million. */
  maxPixels?: number
}

/**
 * Reads the header of an image file (about 1 ms; no pixel is decoded).
 *
 * Throws ImageError: IMAGE_UNSUPPORTED when the bytes are not JPEG, PNG, WebP or GIF, IMAGE_TOO_LARGE with the measured
 * `width` and `height`, IMAGE_CORRUPT when the mark is right and the header unreadable. System errors pass through.
 */
export async function inspectImage(path: string, options: InspectOptions = {}): Promise<ImageFacts> {
  const sniffed = await readImageFormat(path)
  if (sniffed === undefined) throw unsupported()
  const header = await readHeader(path)
  // The decoder chose by the bytes as well; were they ever to disagree, the file is built to be two things.
  if (header.format !== sniffed) throw unsupported()
  checkSize(header, options.maxPixels ?? defaultMaxPixels)
  return {
    format: sniffed,
    width: header.width,
    height: header.height,
    orientation: header.orientation ?? 1,
    frames: header.pages ?? 1,
  }
}

async function readHeader(path: string): Promise<Metadata> {
  try {
    // Without sharp's own pixel limit, so that a bomb can be told its size. Reading a header allocates no pixels.
    return await sharp(path, { limitInputPixels: false, failOn: 'warning' }).metadata()
  } catch (error) {
    throw toImageError(error, path)
  }
}

function unsupported(): ImageError {
  return new ImageError('IMAGE_UNSUPPORTED', 'The file is not a JPEG, PNG, WebP or GIF image.')
}
