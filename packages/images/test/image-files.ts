import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll } from 'vitest'

/**
 * Creates a folder for a test file; the returned function stores bytes in it and returns their
 * path.
 */
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

/** A PNG header that claims a size, without pixels. */
export function pngClaiming(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits per channel, RGB
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    mark,
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.alloc(0)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/**
 * `bytes` with a chunk inserted before the one that starts at `at`; by default right after the
 * header.
 */
export function withPngChunk(bytes: Buffer, type: string, data: Buffer, at = 33): Buffer {
  return Buffer.concat([bytes.subarray(0, at), pngChunk(type, data), bytes.subarray(at)])
}

/** `bytes` with `inserted` before the first occurrence of a JPEG marker. */
export function beforeMarker(bytes: Buffer, code: number, inserted: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0xff, code]))
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)])
}

export interface GifFrame {
  left: number
  top: number
  width: number
  height: number
}

/** A GIF with a palette of red and blue whose frames are completely red. */
export function gifOf(screen: { width: number; height: number }, frames: readonly GifFrame[]): Buffer {
  const head = Buffer.concat([
    Buffer.from('GIF89a'),
    shorts(screen.width, screen.height),
    Buffer.from([0x80, 0, 0, 255, 0, 0, 0, 0, 255]),
  ])
  return Buffer.concat([head, ...frames.map(gifFrame), Buffer.from([0x3b])])
}

function gifFrame({ left, top, width, height }: GifFrame): Buffer {
  const descriptor = Buffer.concat([Buffer.from([0x2c]), shorts(left, top, width, height), Buffer.from([0, 2])])
  return Buffer.concat([descriptor, ...blocksOf(redPixels(width * height)), Buffer.from([0])])
}

/**
 * LZW without compression: the table is cleared before a code needs a fourth bit (clear = 4, end =
 * 5, red = 0).
 */
function redPixels(count: number): Buffer {
  const codes: number[] = []
  for (let at = 0; at < count; at++) codes.push(...(at % 2 === 0 ? [4, 0] : [0]))
  codes.push(5)
  const bytes = Buffer.alloc(Math.ceil((codes.length * 3) / 8))
  codes.forEach((code, index) => {
    for (let bit = 0; bit < 3; bit++)
      if (code & (1 << bit)) bytes[(index * 3 + bit) >> 3]! |= 1 << ((index * 3 + bit) & 7)
  })
  return bytes
}

function blocksOf(data: Buffer): Buffer[] {
  const blocks: Buffer[] = []
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return blocks
}

function shorts(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2))
  return bytes
}
