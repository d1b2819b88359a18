import type { ImageJob } from '@darkroom/contracts'
import { VARIANT_QUALITY, VARIANT_WIDTHS } from '@darkroom/contracts/storage-keys'
import { makeVariants } from '@darkroom/images'
import type { DiskStorage } from '@darkroom/storage'
import { readSource, storeVariants, type Processed, type Progress } from '@darkroom/worker/child'
import { verdictOf } from './verdict-of.ts'

/** The engine's progress ends here; the rest is storing. */
const ENGINE_PERCENT = 90

interface Surroundings {
  storage: DiskStorage
  /** The maximum number of pixels of an original. */
  maxPixels: number
  onProgress: (progress: Progress) => void
}

/**
 * Runs one job: reads the original, makes its variants, and stores them under names derived from
 * their bytes. A second run makes the same files and finds them stored, so a run can be repeated,
 * and two runs can overlap.
 * @throws JobFailure
 */
export async function processImage(
  job: ImageJob,
  { storage, maxPixels, onProgress }: Surroundings,
): Promise<Processed> {
  const onStage = (stage: string, percent: number): void => {
    if (percent < 100) onProgress({ stage, percent: Math.round((percent * ENGINE_PERCENT) / 100) })
  }
  const read = (path: string) =>
    makeVariants(path, { widths: VARIANT_WIDTHS, quality: VARIANT_QUALITY, maxPixels }, { onStage })
  const { made, bytesIn } = await readSource({ storage, key: job.imagePath }, { read, verdictOf })
  onProgress({ stage: 'store', percent: ENGINE_PERCENT })
  return { files: await storeVariants(storage, job, made), result: {}, bytesIn }
}
