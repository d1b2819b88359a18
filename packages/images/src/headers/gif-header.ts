import { damaged, type HeaderFile } from './header-file.ts'
import type { Header } from './header.ts'

const SCREEN_BYTES = 13
const EXTENSION = 0x21
const IMAGE = 0x2c
const GRAPHIC_CONTROL = 0xf9
/**
 * The pixels start with the bits of the smallest LZW code; no code is longer than 12 (GIF89a,
 * appendix F).
 */
const MAX_CODE_SIZE = 11

export interface GifHeader extends Header {
  frame: GifFrame
}

/** The first frame: its position on the canvas, and its descriptor in the file. */
export interface GifFrame {
  left: number
  top: number
  width: number
  height: number
  offset: number
  /** The palette colour that is transparent. */
  transparent: number | undefined
}

/**
 * Reads up to the first frame: the canvas is the logical screen, enlarged if that frame exceeds it,
 * as in browsers.
 */
export async function readGifHeader(file: HeaderFile): Promise<GifHeader> {
  const screen = await file.read(0, SCREEN_BYTES)
  const [width, height] = [screen.readUInt16LE(6), screen.readUInt16LE(8)]
  const frame = await findFrame(file, SCREEN_BYTES + paletteBytes(screen.readUInt8(10)))
  const canvas = {
    width: Math.max(width, frame.left + frame.width),
    height: Math.max(height, frame.top + frame.height),
  }
  return { ...canvas, orientation: 1, frame }
}

/** GIF89a, sections 18 and 20: bit 7 says whether there is a palette, bits 0 to 2 its size. */
export const paletteBytes = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0)

async function findFrame(file: HeaderFile, first: number): Promise<GifFrame> {
  let transparent: number | undefined
  for (let at = first; ;) {
    const kind = (await file.read(at, 1)).readUInt8()
    if (kind === IMAGE) return { ...(await readFrame(file, at)), transparent }
    if (kind !== EXTENSION) throw damaged('it has no frame')
    if ((await file.read(at + 1, 1)).readUInt8() === GRAPHIC_CONTROL) transparent = await readTransparent(file, at)
    at = await endOfBlocks(file, at + 2)
  }
}

/** GIF89a, section 23: bit 0 of the flags says whether the last byte is valid. */
async function readTransparent(file: HeaderFile, at: number): Promise<number | undefined> {
  const control = await file.read(at + 2, 5)
  return (control.readUInt8(1) & 1) === 1 ? control.readUInt8(4) : undefined
}

async function readFrame(file: HeaderFile, offset: number): Promise<Omit<GifFrame, 'transparent'>> {
  const descriptor = await file.read(offset, 10)
  const [left, top] = [descriptor.readUInt16LE(1), descriptor.readUInt16LE(3)]
  const [width, height] = [descriptor.readUInt16LE(5), descriptor.readUInt16LE(7)]
  if (width === 0 || height === 0) throw damaged(`its first frame is ${width} x ${height} px`)
  const pixels = await file.read(offset + 10 + paletteBytes(descriptor.readUInt8(9)), 2)
  if (pixels.readUInt8() > MAX_CODE_SIZE) throw damaged('its first frame cannot be decompressed')
  return { left, top, width, height, offset }
}

/** Each block starts with its length; one of length 0 is the last. */
async function endOfBlocks(file: HeaderFile, first: number): Promise<number> {
  for (let at = first; ;) {
    const length = (await file.read(at, 1)).readUInt8()
    at += 1 + length
    if (length === 0) return at
  }
}
