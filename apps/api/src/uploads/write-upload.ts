import type { FileHandle } from 'node:fs/promises'
import { writeHashed, type KnownContent } from '@darkroom/storage'
import type { Inspected } from '../tasks/kind.ts'
import type { Prepare } from './prepare-upload.ts'

export interface WriteOptions {
  prepare: Prepare
  /** The rest of a longer file is read but neither kept nor hashed; its `bytes` include it. */
  keepBytes?: number
  /** Called with the length of every chunk. If it throws, writing fails. */
  onBytes?: (bytes: number) => void
}

/** Writes the chunks of an upload to a new file (see writeNewFile), and prepares it. */
export async function writeUpload(
  source: AsyncIterable<Buffer>,
  path: string,
  { prepare, keepBytes = Infinity, onBytes = () => {} }: WriteOptions,
): Promise<KnownContent & { inspected: Inspected }> {
  let bytes = 0
  const take = (chunk: Buffer): Buffer => {
    const part = chunk.subarray(0, Math.max(0, keepBytes - bytes))
    bytes += chunk.length
    onBytes(chunk.length)
    return part
  }
  let inspected: Inspected = { fault: undefined }
  const atEnd = async (file: FileHandle): Promise<void> => {
    inspected = await prepare(file).then(
      (facts) => ({ facts }),
      (fault: unknown) => ({ fault }),
    )
  }
  const { sha256 } = await writeHashed(source, path, { take, atEnd })
  return { bytes, sha256, inspected }
}
