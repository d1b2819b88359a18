import { crc32 } from 'node:zlib'
import { exifOrientation } from './exif-orientation.ts'
import { damaged, type HeaderFile, unsupportedCoding } from './header-file.ts'
import type { Header } from './header.ts'

const SIGNATURE_BYTES = 8
/** Length and type before the data of a chunk, a checksum after it. */
const CHUNK_FRAME_BYTES = 12
/** Bit depths by colour type: PNG, third edition, table 12. */
const BIT_DEPTHS: Partial<Record<number, number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

export interface PngHeader extends Header {
  /** Bits per sample. */
  bits: number
  isGrey: boolean
  /** The colour information of the file, by chunk; empty if there is none. */
  colour: PngColour
}

export interface PngColour {
  /** An embedded profile (`iCCP`). */
  hasProfile?: true
  /** `sRGB`: standard screen colours. */
  isSrgb?: true
  /** `gAMA`: the exponent with which light was encoded, times 100,000. */
  gamma?: number
  /** `cHRM`: x and y of white, red, green and blue, times 100,000. */
  chromaticities?: number[]
  /** `cICP`: primaries, transfer function, matrix and range by the numbers of ITU-T H.273. */
  cicp?: number[]
}

/** Reads the chunks before the pixels. */
export async function readPngHeader(file: HeaderFile): Promise<PngHeader> {
  let first: ImageHeader | undefined
  let orientation: number | undefined
  const colour: PngColour = {}
  for (let at = SIGNATURE_BYTES; ;) {
    const { type, length } = await readChunk(file, at)
    if (type === 'CgBI') throw unsupportedCoding("a PNG in Apple's own encoding (CgBI), which Xcode uses in apps")
    if (type === 'IHDR') first ??= await readImageHeader(file, at, length)
    if (type === 'eXIf') orientation ??= await exifOrientation(file, at + 8)
    if (type === 'IEND') throw damaged('it has no pixels')
    if (type === 'IDAT') break
    await noteColour(file, colour, { type, at: at + 8, length })
    at += CHUNK_FRAME_BYTES + length
  }
  if (first === undefined) throw damaged('its header does not contain its size')
  return { ...first, orientation: orientation ?? 1, colour }
}

async function noteColour(
  file: HeaderFile,
  colour: PngColour,
  { type, at, length }: { type: string; at: number; length: number },
): Promise<void> {
  if (type === 'iCCP') colour.hasProfile = true
  if (type === 'sRGB') colour.isSrgb = true
  if (type === 'gAMA' && length === 4) colour.gamma ??= (await file.read(at, 4)).readUInt32BE()
  if (type === 'cICP' && length === 4) colour.cicp ??= [...(await file.read(at, 4))]
  if (type !== 'cHRM' || length !== 32) return
  const points = await file.read(at, 32)
  colour.chromaticities ??= [0, 4, 8, 12, 16, 20, 24, 28].map((offset) => points.readUInt32BE(offset))
}

type ImageHeader = Pick<PngHeader, 'width' | 'height' | 'bits' | 'isGrey'>

async function readImageHeader(file: HeaderFile, at: number, length: number): Promise<ImageHeader> {
  if (length !== 13) throw damaged(`its header has ${length} bytes instead of 13`)
  const chunk = await file.read(at + 4, 21)
  const [width, height] = [chunk.readUInt32BE(4), chunk.readUInt32BE(8)]
  const [depth, colourType] = [chunk.readUInt8(12), chunk.readUInt8(13)]
  if (chunk.readUInt32BE(17) !== crc32(chunk.subarray(0, 17))) throw damaged('the checksum of its header is wrong')
  if (width === 0 || height === 0) throw damaged(`its header says ${width} x ${height} px`)
  if (chunk.readUInt16BE(14) !== 0 || chunk.readUInt8(16) > 1)
    throw damaged('its header has unknown compression, filter or interlace methods')
  if (!BIT_DEPTHS[colourType]?.includes(depth))
    throw damaged(`its header says colour type ${colourType} with ${depth} bits`)
  return { width, height, bits: depth, isGrey: colourType === 0 || colourType === 4 }
}

async function readChunk(file: HeaderFile, at: number): Promise<{ type: string; length: number }> {
  const frame = await file.read(at, 8)
  return { length: frame.readUInt32BE(), type: frame.toString('latin1', 4) }
}
