import type { DiskStorage } from '@darkroom/storage'
import { writeFailure } from './storage-failure.ts'

/**
 * Stores a result, completely or not at all.
 * @throws JobFailure
 */
export async function storeResult(storage: Pick<DiskStorage, 'put'>, key: string, bytes: Buffer): Promise<void> {
  try {
    await storage.put(key, bytes)
  } catch (error) {
    throw writeFailure(error)
  }
}
