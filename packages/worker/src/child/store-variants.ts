import type { StoredFile } from '@darkroom/contracts'
import { variantKey } from '@darkroom/contracts/storage-keys'
import type { DiskStorage } from '@darkroom/storage'
import { storeResult } from './store-result.ts'

/** A JPEG in one of the widths of a photo. */
interface MadeVariant {
  bytes: Buffer
  resolution: string
  /** Of the bytes, in hex. */
  md5: string
  width: number
  height: number
}

/**
 * Stores the variants of a photo under names derived from their bytes.
 * @throws JobFailure
 */
export async function storeVariants(
  storage: DiskStorage,
  { tenant, imageName }: { tenant: string; imageName: string },
  variants: readonly MadeVariant[],
): Promise<StoredFile[]> {
  const files: StoredFile[] = []
  // One after another: they share a folder, which is then created and synced only once.
  for (const { bytes, resolution, md5, width, height } of variants) {
    const path = variantKey(tenant, imageName, resolution, md5)
    await storeResult(storage, path, bytes)
    const facts = { width, height }
    files.push({ name: resolution, contentType: 'image/jpeg', bytes: bytes.length, md5, path, facts })
  }
  return files
}
