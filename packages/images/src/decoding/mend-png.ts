import { once } from 'node:events'
import { constants, createDeflate, createInflateRaw } from 'node:zlib'
import { type PngChunk, readPngChunks, writePng } from './png-chunks.ts'

/** Without these chunks the picture would look different. */
const CRITICAL = ['IHDR', 'PLTE', 'tRNS']
const ZLIB_HEAD_BYTES = 2
/** Samples per pixel by colour type. */
const SAMPLES: Partial<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
/** PNG, third edition, 8.1: the start and the step of each pass of an interlaced picture. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

/**
 * The same PNG with valid checksums, if all of its pixels exist and nothing proves that they were
 * changed: its checksums may be missing, and one of the two kinds may be wrong. Undefined
 * otherwise.
 */
export async function mendPng(bytes: Buffer): Promise<Buffer | undefined> {
  const chunks = readPngChunks(bytes)
  const header = chunks.find(({ type }) => type === 'IHDR')
  if (header === undefined || chunks.some(({ type, checksum }) => CRITICAL.includes(type) && checksum !== 'right'))
    return undefined
  const pixels = chunks.filter(({ type }) => type === 'IDAT')
  const packed = Buffer.concat(pixels.map(({ data }) => data))
  const repacked = await repack(packed, bytesOf(header.data))
  const isChanged = pixels.some(({ checksum }) => checksum === 'wrong') && repacked?.checksum !== 'right'
  if (repacked === undefined || isChanged) return undefined
  const kept = chunks.filter(
    ({ type, checksum }) => CRITICAL.includes(type) || (type === 'iCCP' && checksum === 'right'),
  )
  return writePng([...kept, { type: 'IDAT', data: repacked.data }, { type: 'IEND', data: Buffer.alloc(0) }])
}

/** Size of the decompressed pixels: each row has one more byte for its filter. */
function bytesOf(header: Buffer): number {
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const bits = header.readUInt8(8) * (SAMPLES[header.readUInt8(9)] ?? 0)
  const rows = (across: number, down: number): number =>
    across === 0 ? 0 : down * (1 + Math.ceil((across * bits) / 8))
  if (header.readUInt8(12) === 0) return rows(width, height)
  return PASSES.reduce(
    (sum, [left, top, right, down]) => sum + rows(Math.ceil((width - left) / right), Math.ceil((height - top) / down)),
    0,
  )
}

/**
 * Compresses the first `size` bytes again; undefined if there are fewer. Never holds them all in
 * memory.
 */
async function repack(
  packed: Buffer,
  size: number,
): Promise<{ data: Buffer; checksum: PngChunk['checksum'] } | undefined> {
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH })
  const deflate = createDeflate({ level: 1 })
  const parts: Buffer[] = []
  deflate.on('data', (part: Buffer) => parts.push(part))
  inflate.end(packed.subarray(ZLIB_HEAD_BYTES))
  let left = size
  try {
    for await (const part of inflate as AsyncIterable<Buffer>) {
      if (left > 0 && !deflate.write(part.subarray(0, left))) await once(deflate, 'drain')
      left -= part.length
      if (left < 0) break // more data than pixels, possibly endless
    }
  } catch {
    // Data that cannot be decompressed ends the pixels: there may be enough of them.
  }
  if (left > 0) return undefined
  deflate.end()
  await once(deflate, 'end')
  const data = Buffer.concat(parts)
  const told = packed.subarray(ZLIB_HEAD_BYTES + inflate.bytesWritten).subarray(0, 4)
  return { data, checksum: told.length < 4 ? 'missing' : told.equals(data.subarray(-4)) ? 'right' : 'wrong' }
}
