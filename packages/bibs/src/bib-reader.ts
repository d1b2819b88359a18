import { decodeImage } from '@darkroom/images'
import { type BibReading, toReadings } from './bib-readings.ts'
import { findModels } from './models.ts'
import { openTextReader } from './text-reader.ts'

export interface BibReader {
  /** "PP-OCRv4". */
  models: string
  /**
   * The bib numbers in a photo, the likeliest first; none if it shows none. Throws ImageError, see
   * makeVariants of the images engine. Calls at the same time wait for each other.
   */
  read(photo: string): Promise<BibReading[]>
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
const DETECTION_SIDE_PX = 1280

/** Loads the models: about 150 ms. Throws BibModelsError. */
export async function openBibReader(options: BibReaderOptions = {}): Promise<BibReader> {
  const models = await findModels(options.models)
  const texts = await openTextReader(models)
  const decoding = {
    longestSide: LONGEST_SIDE_PX,
    ...(options.maxPixels !== undefined && { maxPixels: options.maxPixels }),
  }
  return {
    models: models.name,
    async read(photo) {
      const { pixels, seen } = await decodeImage(photo, decoding)
      return toReadings(await texts.read(pixels, DETECTION_SIDE_PX), pixels, seen)
    },
    close: () => texts.close(),
  }
}
