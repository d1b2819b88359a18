import type { TaskSource } from '@darkroom/contracts'
import { seenIn, type Accepted, type ReceivedFile } from '../tasks/kind.ts'

const EXTENSIONS = { jpeg: 'jpg', png: 'png', webp: 'webp', gif: 'gif' } as const
/** Groups photos by megapixels, as the cost of decoding depends on pixels, not bytes. */
const SIZES_MPX = [1, 4, 8, 16, 32, Number.POSITIVE_INFINITY]

/** What is known about an uploaded photo. Throws what is wrong with it. */
export function acceptPhoto(file: ReceivedFile): Accepted<'image.optimize'> {
  // By its content: the claimed name and type are not trusted.
  const { format, width, height, orientation } = seenIn(file)
  const { bytes, sha256 } = file
  return { source: { bytes, format, width, height, orientation, sha256 }, extension: EXTENSIONS[format] }
}

/** Photos of one size take about as long to process. */
export const photoSize = ({ width, height }: { width: number; height: number }): string =>
  String(SIZES_MPX.findIndex((size) => width * height <= size * 1e6))

/** The field of a job whose original has to be downloaded. */
export const urlOf = (source: TaskSource): { sourceUrl?: string } =>
  'url' in source && source.url !== undefined ? { sourceUrl: source.url } : {}
