import type { ImageJob, StoredFile } from '@darkroom/contracts'
import { VARIANT_WIDTHS, variantKey } from '@darkroom/contracts/storage-keys'
import { makeVariants } from '@darkroom/images'
import type { DiskStorage } from '@darkroom/storage'
import { readSource, storeResult, type Processed, type Progress } from '@darkroom/worker/child'
import { verdictOf } from './verdict-of.ts'

const QUALITY = 85
/** The engine's progress ends here; the rest is storing. */
const ENGINE_PERCENT = 90

type MadeVariant = Awaited<ReturnType<typeof makeVariants>>[number]

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
    makeVariants(path, { widths: VARIANT_WIDTHS, quality: QUALITY, maxPixels }, { onStage })
  const { made, bytesIn } = await readSource({ storage, key: job.imagePath }, { read, verdictOf })
  onProgress({ stage: 'store', percent: ENGINE_PERCENT })
  const files: StoredFile[] = []
  // One after another: they share a folder, which is then created and synced only once.
  for (const variant of made) files.push(await store(job, storage, variant))
  return { files, result: {}, bytesIn }
}

async function store(
  { tenant, imageName }: ImageJob,
  storage: DiskStorage,
  { bytes, resolution, md5, width, height }: MadeVariant,
): Promise<StoredFile> {
  const path = variantKey(tenant, imageName, resolution, md5)
  await storeResult(storage, path, bytes)
  return { name: resolution, contentType: 'image/jpeg', bytes: bytes.length, md5, path, facts: { width, height } }
}
