import type { Readable } from 'node:stream'

/** The first bytes of a body; the rest is not read. Never rejects: what arrived is returned. */
export async function readStart(body: Readable, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece)
      length += piece.length
      if (length >= bytes) break
    }
  } catch {
    // A body that breaks off is as good as one that ends here.
  }
  return Buffer.concat(pieces).subarray(0, bytes)
}
