import type { FileHandle } from 'node:fs/promises'
import type { ImageFacts } from '@darkroom/images/inspect-upload'

/** Makes a received photo ready to be stored. Throws what is wrong with it. */
export type Prepare = (file: FileHandle) => Promise<ImageFacts>

/**
 * Reads the header of a photo. If the storage moves files, it is synced while it is open, unless
 * something is wrong with it; a bucket gets a copy.
 */
export const createPrepare =
  ({ inspect, isMoved }: { inspect: Prepare; isMoved: boolean }): Prepare =>
  async (file) => {
    const facts = await inspect(file)
    if (isMoved) await file.sync()
    return facts
  }
