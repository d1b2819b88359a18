import type { BibReader, BibReading } from '@darkroom/bibs'
import type { Bib, PhotoJob } from '@darkroom/contracts'
import { VARIANT_QUALITY, VARIANT_WIDTHS } from '@darkroom/contracts/storage-keys'
import { makeVariants } from '@darkroom/images'
import type { DiskStorage } from '@darkroom/storage'
import { readSource, storeVariants, type Processed, type Progress } from '@darkroom/worker/child'
import { verdictOf } from './verdict-of.ts'

/** The variants take about a third of the time of a photo. */
const VARIANTS_PERCENT = 30
/** The engines' progress ends here; the rest is storing. */
const ENGINES_PERCENT = 90
/** The best ones: a wall of numbers must not make the event of the task too large for its queue. */
const MAX_BIBS = 200

interface Surroundings {
  storage: DiskStorage
  reader: Pick<BibReader, 'read'>
  /** The maximum number of pixels of an original. */
  maxPixels: number
  onProgress: (progress: Progress) => void
}

/**
 * Runs one job: reads the original, makes its variants, reads the bib numbers, and stores the
 * variants under names derived from their bytes. A second run makes the same files and finds them
 * stored, so a run can be repeated, and two runs can overlap.
 * @throws JobFailure
 */
export async function processPhoto(
  job: PhotoJob,
  { storage, reader, maxPixels, onProgress }: Surroundings,
): Promise<Processed> {
  const onStage = (stage: string, percent: number): void => {
    if (percent < 100) onProgress({ stage, percent: Math.round((percent * VARIANTS_PERCENT) / 100) })
  }
  // Each engine decodes the photo in its own way, scaled down while decoding; the variants first,
  // because their engine detects missing pixels.
  const read = async (path: string) => {
    const options = { widths: VARIANT_WIDTHS, quality: VARIANT_QUALITY, maxPixels }
    const pictures = await makeVariants(path, options, { onStage })
    onProgress({ stage: 'read numbers', percent: VARIANTS_PERCENT })
    return { pictures, readings: await reader.read(path) }
  }
  const { made, bytesIn } = await readSource({ storage, key: job.imagePath }, { read, verdictOf })
  onProgress({ stage: 'store', percent: ENGINES_PERCENT })
  const files = await storeVariants(storage, job, made.pictures)
  return { files, result: { bibs: made.readings.slice(0, MAX_BIBS).map(toBib) }, bytesIn }
}

const toBib = ({ number, confidence, box, raw }: BibReading): Bib => ({
  number,
  confidence: Math.round(confidence * 1000) / 1000,
  box,
  origin: 'ocr',
  raw,
})
