import type { StoredFile } from '@darkroom/contracts'
import { THUMB, variantKey } from '@darkroom/contracts/storage-keys'
import type { DiskStorage } from '@darkroom/storage'
import { allEnded } from './all-ended.ts'
import { storeResult } from './store-result.ts'

interface MadeJpeg {
  bytes: Buffer
  /** Of the bytes, in hex. */
  md5: string
  width: number
  height: number
}

/** What an engine makes of a photo. */
interface MadePictures {
  variants: readonly (MadeJpeg & { resolution: string })[]
  preview: { thumb: MadeJpeg; thumbhash: string; color: string }
}

/**
 * Stores the variants of a photo and its thumbnail under names derived from their bytes.
 * @throws JobFailure
 */
export async function storeVariants(
  storage: DiskStorage,
  { tenant, imageName }: { tenant: string; imageName: string },
  { variants, preview: { thumb, ...about } }: MadePictures,
): Promise<StoredFile[]> {
  const store = async (name: string, { bytes, md5, width, height }: MadeJpeg): Promise<StoredFile> => {
    const path = variantKey(tenant, imageName, name, md5)
    await storeResult(storage, path, bytes)
    return { name, contentType: 'image/jpeg', bytes: bytes.length, md5, path, facts: { width, height } }
  }
  // At the same time, as each of them waits for the disk.
  // None may still be written during the next job.
  const [stored, ...files] = await allEnded([
    store(THUMB, thumb),
    ...variants.map(({ resolution, ...jpeg }) => store(resolution, jpeg)),
  ])
  return [...files, { ...stored, facts: { ...stored.facts, ...about } }]
}
