import { type GifHeader, paletteBytes } from '../headers/gif-header.ts'
import { damaged } from '../headers/header-file.ts'
import { countLzwPixels } from './count-lzw-pixels.ts'

const SCREEN_BYTES = 13
const DESCRIPTOR_BYTES = 10
/** Some encoders omit the last pixel. */
const LEFT_OUT = 1
const NO_MORE_BLOCKS = Buffer.from([0])
const TRAILER = Buffer.from([0x3b])

/**
 * A GIF with only the first frame, and the page on which the decoder finds it. This way the decoder
 * does not process all other frames, whose number is up to the sender and whose corruption does not
 * matter.
 *
 * A frame that does not fill the canvas is preceded by a transparent pixel in the far corner:
 * otherwise the decoder fills the rest with black if no frame has transparency, and mistakes some
 * canvas sizes (640 x 480, 800 x 600 ...) for those of the author's screen.
 *
 * Throws IMAGE_CORRUPT if pixels are missing, which the decoder would replace with black ones.
 */
export function firstFrameOf(bytes: Buffer, { width, height, frame }: GifHeader): { bytes: Buffer; page: number } {
  const screen = Buffer.from(bytes.subarray(0, SCREEN_BYTES + paletteBytes(bytes.readUInt8(10))))
  screen.write('GIF89a', 'latin1')
  screen.writeUInt16LE(width, 6)
  screen.writeUInt16LE(height, 8)
  const start = frame.offset + DESCRIPTOR_BYTES + paletteBytes(bytes.readUInt8(frame.offset + 9))
  const { end, data } = readBlocks(bytes, start + 1)
  const count = frame.width * frame.height
  if (countLzwPixels(data, bytes.readUInt8(start), count) < count - LEFT_OUT)
    throw damaged('part of its first frame is missing')
  const fills = frame.width === width && frame.height === height
  const before = fills ? [] : [transparentPixel(width - 1, height - 1)]
  const frames = [...before, graphicControl(frame.transparent), bytes.subarray(frame.offset, end), NO_MORE_BLOCKS]
  return { bytes: Buffer.concat([screen, ...frames, TRAILER]), page: before.length }
}

/**
 * The data of the blocks and their end, which is before the block of length 0 that should follow.
 * Copied to one buffer, because a hostile file may have millions of blocks.
 */
function readBlocks(bytes: Buffer, first: number): { end: number; data: Buffer } {
  const data = Buffer.allocUnsafe(bytes.length - first)
  let size = 0
  for (let at = first; ;) {
    const length = bytes[at] ?? 0
    if (length === 0) return { end: at, data: data.subarray(0, size) }
    if (at + 1 + length > bytes.length) throw damaged('the file ends within its first frame')
    size += bytes.copy(data, size, at + 1, at + 1 + length)
    at += 1 + length
  }
}

function graphicControl(transparent: number | undefined): Buffer {
  return Buffer.from([0x21, 0xf9, 4, transparent === undefined ? 0 : 1, 0, 0, transparent ?? 0, 0])
}

/** A frame of one pixel with its own palette. */
function transparentPixel(left: number, top: number): Buffer {
  const descriptor = Buffer.from([0x2c, left & 255, left >> 8, top & 255, top >> 8, 1, 0, 1, 0, 0x80])
  const palette = Buffer.alloc(6)
  const pixels = Buffer.from([2, 2, 0x44, 1, 0]) // LZW of 3 bits: clear, colour 0, end
  return Buffer.concat([graphicControl(0), descriptor, palette, pixels])
}
