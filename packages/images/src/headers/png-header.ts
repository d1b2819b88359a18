import { crc32 } from 'node:zlib'
import type { MeasuredPx } from '../image-error.ts'
import { exifOrientation } from './exif-orientation.ts'
import { damaged, type HeaderFile, unsupportedCoding } from './header-file.ts'
import type { Header } from './header.ts'

const SIGNATURE_BYTES = 8
/** Length and type before the data of a chunk, a checksum behind it. */
const CHUNK_FRAME_BYTES = 12
/** Bit depths by colour type: PNG, third edition, table 12. */
const BIT_DEPTHS: Partial<Record<number, number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] }

/** Reads the chunks before the pixels. */
export async function readPngHeader(file: HeaderFile): Promise<Header> {
  let size: MeasuredPx | undefined
  let orientation: number | undefined
  for (let at = SIGNATURE_BYTES; ;) {
    const { type, length } = await readChunk(file, at)
    if (type === 'CgBI') throw unsupportedCoding("a PNG in Apple's own coding (CgBI), as Xcode puts it into apps")
    if (type === 'IHDR') size ??= await readImageHeader(file, at, length)
    if (type === 'eXIf') orientation ??= await exifOrientation(file, at + 8)
    if (type === 'IEND') throw damaged('it has no pixels')
    if (type === 'IDAT') break
    at += CHUNK_FRAME_BYTES + length
  }
  if (size === undefined) throw damaged('its header does not tell its size')
  return { ...size, orientation: orientation ?? 1 }
}

async function readImageHeader(file: HeaderFile, at: number, length: number): Promise<MeasuredPx> {
  if (length !== 13) throw damaged(`its header has ${length} bytes instead of 13`)
  const chunk = await file.read(at + 4, 21)
  const [width, height] = [chunk.readUInt32BE(4), chunk.readUInt32BE(8)]
  const [depth, colourType] = [chunk.readUInt8(12), chunk.readUInt8(13)]
  if (chunk.readUInt32BE(17) !== crc32(chunk.subarray(0, 17))) throw damaged('the checksum of its header is wrong')
  if (width === 0 || height === 0) throw damaged(`its header says ${width} x ${height} px`)
  if (!BIT_DEPTHS[colourType]?.includes(depth)) throw damaged(`its header says colour type ${colourType} with ${depth} bits`)
  return { width, height }
}

async function readChunk(file: HeaderFile, at: number): Promise<{ type: string; length: number }> {
  const frame = await file.read(at, 8)
  return { length: frame.readUInt32BE(), type: frame.toString('latin1', 4) }
}
