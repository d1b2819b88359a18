import type { GifHeader } from './gif-header.ts'
import type { PngHeader } from './png-header.ts'
import type { WebpHeader } from './webp-header.ts'

/** The contents of the header of an image file. */
export interface Header {
  /** Pixels as stored, before the orientation is applied; of the whole canvas, if there is one. */
  width: number
  height: number
  /** EXIF orientation, 1 to 8. */
  orientation: number
}

export type ImageHeader =
  | ({ format: 'jpeg' } & Header)
  | ({ format: 'webp' } & WebpHeader)
  | ({ format: 'png' } & PngHeader)
  | ({ format: 'gif' } & GifHeader)
