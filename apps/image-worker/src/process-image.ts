import { finished } from 'node:stream/promises'
import type { ImageJob, Variant } from '@darkroom/contracts'
import { VARIANT_WIDTHS, variantKey } from '@darkroom/contracts/storage-keys'
import { isImageError, makeVariants } from '@darkroom/images'
import type { DiskStorage } from '@darkroom/storage'
import { writeFailure, type Processed, type Progress } from '@darkroom/worker/child'
import { sourceFailure } from './source-failure.ts'

const QUALITY = 85
/** The engine's own percent counts up to here; the rest is storing. */
const ENGINE_PERCENT = 90

type MadeVariant = Awaited<ReturnType<typeof makeVariants>>[number]

interface Surroundings {
  storage: DiskStorage
  /** Most pixels of an original. */
  maxPixels: number
  onProgress: (progress: Progress) => void
}

/**
 * One job: read the original, make its variants, store them under names made of their bytes. Running it again makes
 * the same files and finds them there, so a run may be repeated, and two may overlap.
 * @throws JobFailure
 */
export async function processImage(job: ImageJob, { storage, maxPixels, onProgress }: Surroundings): Promise<Processed> {
  const { bytesIn, variants } = await makeFromSource(job, { storage, maxPixels, onProgress })
  onProgress({ stage: 'store', percent: ENGINE_PERCENT })
  const images = await storeAll(job, storage, variants)
  return { result: { images }, bytesIn, bytesOut: images.reduce((sum, image) => sum + image.size, 0) }
}

async function makeFromSource(job: ImageJob, { storage, maxPixels, onProgress }: Surroundings) {
  try {
    const { bytes } = await storage.stat(job.imagePath)
    const variants = await makeVariants(
      storage.resolve(job.imagePath),
      { widths: VARIANT_WIDTHS, quality: QUALITY, maxPixels },
      { onStage: (stage, percent) => percent < 100 && onProgress({ stage, percent: Math.round((percent * ENGINE_PERCENT) / 100) }) },
    )
    return { bytesIn: bytes, variants }
  } catch (error) {
    throw sourceFailure(isImageError(error) ? ((await readFault(job, storage)) ?? error) : error)
  }
}

/** Why the original cannot be read to its end. A decoder takes what it could not read for damage of the photo. */
async function readFault(job: ImageJob, storage: DiskStorage): Promise<unknown> {
  try {
    const { stream } = await storage.open(job.imagePath)
    stream.resume()
    await finished(stream)
    return undefined
  } catch (error) {
    return error
  }
}

async function storeAll(job: ImageJob, storage: DiskStorage, variants: MadeVariant[]): Promise<Variant[]> {
  try {
    const stored: Variant[] = []
    // One after the other: they share a folder, which is then made and synced once.
    for (const variant of variants) stored.push(await store(job, storage, variant))
    return stored
  } catch (error) {
    throw writeFailure(error)
  }
}

async function store(job: ImageJob, storage: DiskStorage, { bytes, ...facts }: MadeVariant): Promise<Variant> {
  const path = variantKey(job.tenant, job.imageName, facts.resolution, facts.md5)
  await storage.put(path, bytes)
  return { ...facts, size: bytes.length, path }
}
