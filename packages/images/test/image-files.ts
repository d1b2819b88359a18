import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll } from 'vitest'

/** Gives a test file a folder of its own; the returned function puts bytes there and tells the path. */
export function imageFiles(): (bytes: Uint8Array | string, name?: string) => Promise<string> {
  const folder = mkdtemp(join(tmpdir(), 'images-'))
  let count = 0
  afterAll(async () => rm(await folder, { recursive: true }))
  return async (bytes, name = 'sample') => {
    const path = join(await folder, `${++count}-${name}`)
    await writeFile(path, bytes)
    return path
  }
}

/** A PNG header that claims a size, with no pixels behind it. */
export function pngClaiming(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits a channel, RGB
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([mark, pngChunk('IHDR', header), pngChunk('IDAT', Buffer.alloc(0)), pngChunk('IEND', Buffer.alloc(0))])
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
