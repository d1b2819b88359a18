import { writeHashed, type KnownContent } from '@darkroom/storage'

export interface WriteOptions {
  /** The rest of a longer file is read but neither kept nor hashed; its `bytes` include it. */
  keepBytes?: number
  /** Called with the length of every chunk. If it throws, writing fails. */
  onBytes?: (bytes: number) => void
}

/** Writes the chunks of an upload to a new file (see writeNewFile). */
export async function writeUpload(
  source: AsyncIterable<Buffer>,
  path: string,
  { keepBytes = Infinity, onBytes = () => {} }: WriteOptions = {},
): Promise<KnownContent> {
  let bytes = 0
  const kept = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      const part = chunk.subarray(0, Math.max(0, keepBytes - bytes))
      bytes += chunk.length
      onBytes(chunk.length)
      yield part
    }
  }
  const { sha256 } = await writeHashed(kept(), path)
  return { bytes, sha256 }
}
