import type { FileHandle } from 'node:fs/promises'
import type { ImageFacts } from '@darkroom/images/inspect-upload'
import { writeHashed, type KnownContent } from '@darkroom/storage'
import type { Inspected } from '../tasks/kind.ts'

/** Reads the header of a photo. Throws what is wrong with it. */
export type Inspect = (file: FileHandle) => Promise<ImageFacts>

export interface WriteOptions {
  inspect: Inspect
  /** The rest of a longer file is read but neither kept nor hashed; its `bytes` include it. */
  keepBytes?: number
  /** Called with the length of every chunk. If it throws, writing fails. */
  onBytes?: (bytes: number) => void
}

/**
 * Writes the chunks of an upload to a new file (see writeNewFile), and inspects it. It is synced
 * unless something is wrong with it: a file that is refused need not reach the disk.
 */
export async function writeUpload(
  source: AsyncIterable<Buffer>,
  path: string,
  { inspect, keepBytes = Infinity, onBytes = () => {} }: WriteOptions,
): Promise<KnownContent & { inspected: Inspected }> {
  let bytes = 0
  const kept = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      const part = chunk.subarray(0, Math.max(0, keepBytes - bytes))
      bytes += chunk.length
      onBytes(chunk.length)
      yield part
    }
  }
  let inspected: Inspected = { fault: undefined }
  const { sha256 } = await writeHashed(kept(), path, async (file) => {
    inspected = await inspect(file).then(
      (facts) => ({ facts }),
      (fault: unknown) => ({ fault }),
    )
    if ('facts' in inspected && bytes <= keepBytes) await file.sync()
  })
  return { bytes, sha256, inspected }
}
