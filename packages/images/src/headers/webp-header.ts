import type { MeasuredPx } from './image-error.ts'
import { exifOrientation } from './exif-orientation.ts'
import { damaged, type HeaderFile } from './header-file.ts'
import type { Header } from './header.ts'

/** `RIFF`, the size of what follows, `WEBP`. */
const CONTAINER_BYTES = 12
const CHUNK_HEAD_BYTES = 8
/** Flags of `VP8X`: WebP container specification, "Extended File Format". */
const HAS_EXIF = 0x08

export interface WebpHeader extends Header {
  /** A simple lossless file (not a container of several chunks). */
  isLossless: boolean
}

/**
 * Reads the first chunk, which contains the size, and looks for the EXIF chunk after the pixels if
 * the flags announce one.
 */
export async function readWebpHeader(file: HeaderFile): Promise<WebpHeader> {
  const head = await file.read(0, CONTAINER_BYTES + CHUNK_HEAD_BYTES)
  const end = CHUNK_HEAD_BYTES + head.readUInt32LE(4)
  const type = head.toString('latin1', 12, 16)
  if ((await file.peek(end - 1, 1)).length === 0) throw damaged('the file ends too early')
  const data = CONTAINER_BYTES + CHUNK_HEAD_BYTES
  if (type === 'VP8 ') return { ...readLossy(await file.read(data, 10)), orientation: 1, isLossless: false }
  if (type === 'VP8L') return { ...readLossless(await file.read(data, 5)), orientation: 1, isLossless: true }
  if (type !== 'VP8X') throw damaged('it does not start with a WebP header')
  const extended = await file.read(data, 10)
  const [flags, width, height] = [extended.readUInt8(0), extended.readUIntLE(4, 3) + 1, extended.readUIntLE(7, 3) + 1]
  const orientation = (flags & HAS_EXIF) === 0 ? undefined : await findOrientation(file, data + 10, end)
  return { width, height, orientation: orientation ?? 1, isLossless: false }
}

/** RFC 6386, section 9.1: a key frame starts with its size. */
function readLossy(frame: Buffer): MeasuredPx {
  const isKeyFrame = (frame.readUInt8(0) & 1) === 0 && frame.readUIntBE(3, 3) === 0x9d012a
  const [width, height] = [frame.readUInt16LE(6) & 0x3fff, frame.readUInt16LE(8) & 0x3fff]
  if (!isKeyFrame || width === 0 || height === 0) throw damaged('the header of its frame is invalid')
  return { width, height }
}

/**
 * WebP lossless bitstream specification, "RIFF Header": a signature, then 14 bits for each side
 * minus one.
 */
function readLossless(stream: Buffer): MeasuredPx {
  if (stream.readUInt8(0) !== 0x2f) throw damaged('the header of its frame is invalid')
  const bits = stream.readUInt32LE(1)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

async function findOrientation(file: HeaderFile, first: number, end: number): Promise<number | undefined> {
  for (let at = first; at + CHUNK_HEAD_BYTES <= end;) {
    const head = await file.peek(at, CHUNK_HEAD_BYTES)
    if (head.length < CHUNK_HEAD_BYTES) return undefined
    if (head.toString('latin1', 0, 4) === 'EXIF') return exifOrientation(file, at + CHUNK_HEAD_BYTES)
    const length = head.readUInt32LE(4)
    at += CHUNK_HEAD_BYTES + length + (length % 2)
  }
  return undefined
}
