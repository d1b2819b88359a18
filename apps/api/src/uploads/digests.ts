import { createHash } from 'node:crypto'

/** Of a file, in hex. */
export interface Digests {
  sha256: string
  md5: string
}

/** Chunks are read one by one, so the file need not be in memory. */
export function digestsOf(chunks: Iterable<Uint8Array>): Digests {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')]
  for (const chunk of chunks) {
    sha256.update(chunk)
    md5.update(chunk)
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') }
}
