import { crc32 } from 'node:zlib'
import { damaged } from '../headers/header-file.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export interface PngChunk {
  type: string
  data: Buffer
  checksum: 'right' | 'wrong' | 'missing'
}

/**
 * More chunks than any real picture has (they usually hold 8 KB), and too few to take much memory.
 */
const MAX_CHUNKS = 100_000

/**
 * The chunks of a PNG up to IEND or to the end of the file; a truncated one has the data that
 * exists.
 */
export function readPngChunks(bytes: Buffer): PngChunk[] {
  const chunks: PngChunk[] = []
  for (let at = SIGNATURE.length; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const end = at + 8 + length
    const isRight = end + 4 <= bytes.length && bytes.readUInt32BE(end) === crc32(bytes.subarray(at + 4, end))
    chunks.push({
      type,
      data: bytes.subarray(at + 8, end),
      checksum: isRight ? 'right' : end + 4 <= bytes.length ? 'wrong' : 'missing',
    })
    if (type === 'IEND') break
    if (chunks.length > MAX_CHUNKS) throw damaged('it has too many chunks')
    at = end + 4
  }
  return chunks
}

export function writePng(chunks: readonly Pick<PngChunk, 'type' | 'data'>[]): Buffer {
  const parts = chunks.flatMap(({ type, data }) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(data.length)
    head.write(type, 4, 'latin1')
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32BE(crc32(data, crc32(head.subarray(4))))
    return [head, data, checksum]
  })
  return Buffer.concat([SIGNATURE, ...parts])
}
