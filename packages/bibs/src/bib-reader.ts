import { decodeImage, type DecodedImage } from '@darkroom/images'
import { type BibReading, toReadings } from './bib-readings.ts'
import { findModels } from './models.ts'
import { openTextReader } from './text-reader.ts'

export interface BibReader {
  /** "PP-OCRv4". */
  models: string
  /**
   * The bib numbers in a photo, the likeliest first; none if it shows none. Throws ImageError, see
   * makeVariants of the images engine. One call at a time.
   */
  read(photo: string): Promise<BibReading[]>
  /** The same for a decoded photo; `seen` is the size of the photo that it is a reduction of. */
  readPixels(image: DecodedImage): Promise<BibReading[]>
  close(): Promise<void>
}

export interface BibReaderOptions {
  /** Folder of other models than those installed with this package. */
  models?: string
  /** Maximum number of pixels (width x height) of a photo. Default 50 million. */
  maxPixels?: number
}

/** Larger photos are scaled down to this: a number that can be found has enough pixels in it. */
const LONGEST_SIDE_PX = 4096
/**
 * The first pass finds the small numbers of those at the back, the second the digits that fill a
 * portrait, of which the first sees pieces. Figures in docs/bibs.md.
 */
const PASSES = [
  { side: 1920, leastHeight: 0 },
  { side: 640, leastHeight: 40 },
]

/** Loads the models: about 150 ms. Throws BibModelsError. */
export async function openBibReader(options: BibReaderOptions = {}): Promise<BibReader> {
  const models = await findModels(options.models)
  const texts = await openTextReader(models)
  const decoding = {
    longestSide: LONGEST_SIDE_PX,
    ...(options.maxPixels !== undefined && { maxPixels: options.maxPixels }),
  }
  const readPixels = async ({ pixels, seen }: DecodedImage): Promise<BibReading[]> =>
    toReadings(await texts.read(pixels, PASSES), pixels, seen)
  return {
    models: models.name,
    read: async (photo) => readPixels(await decodeImage(photo, decoding)),
    readPixels,
    close: () => texts.close(),
  }
}
