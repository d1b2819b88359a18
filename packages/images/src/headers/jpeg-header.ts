import type { MeasuredPx } from './image-error.ts'
import { APP1, EOI, FRAMES, SOS, standsAlone } from './jpeg-markers.ts'
import { exifOrientation } from './exif-orientation.ts'
import { damaged, type HeaderFile, unsupportedCoding } from './header-file.ts'
import type { Header } from './header.ts'

const NOT_A_MARKER = 0x00
const STUFFING = 0xff
const OTHER_FRAMES: Partial<Record<number, string>> = {
  0xc5: 'a hierarchical JPEG',
  0xc6: 'a hierarchical JPEG',
  0xc7: 'a hierarchical JPEG',
  0xcb: 'a lossless JPEG with arithmetic coding',
  0xcd: 'a hierarchical JPEG',
  0xce: 'a hierarchical JPEG',
  0xcf: 'a hierarchical JPEG',
  0xf7: 'a JPEG-LS',
}

/** Reads the segments up to the first scan, like a decoder: bytes between segments are skipped. */
export async function readJpegHeader(file: HeaderFile): Promise<Header> {
  let frame: MeasuredPx | undefined
  let orientation: number | undefined
  for (let at = 2; ;) {
    const { code, end } = await nextMarker(file, at)
    at = end
    if (standsAlone(code)) continue
    if (code === EOI) throw damaged('it ends before its first pixel')
    const length = (await file.read(at, 2)).readUInt16BE()
    if (code === SOS) {
      if (frame === undefined) throw damaged('its header does not contain its size')
      return { ...frame, orientation: orientation ?? 1 }
    }
    if (code === APP1 && orientation === undefined && (await isExif(file, at)))
      orientation = (await exifOrientation(file, at + 2)) ?? 1
    if (FRAMES.includes(code) || OTHER_FRAMES[code] !== undefined) frame ??= await readFrame(file, code, at)
    at += Math.max(length, 2)
  }
}

async function isExif(file: HeaderFile, segment: number): Promise<boolean> {
  return (await file.peek(segment + 2, 6)).toString('latin1') === 'Exif\0\0'
}

async function readFrame(file: HeaderFile, code: number, segment: number): Promise<MeasuredPx> {
  const other = OTHER_FRAMES[code]
  if (other !== undefined) throw unsupportedCoding(other)
  const frame = await file.read(segment, 8)
  const bits = frame.readUInt8(2)
  if (bits !== 8) throw unsupportedCoding(`a JPEG with ${bits} bits per sample`)
  const [height, width] = [frame.readUInt16BE(3), frame.readUInt16BE(5)]
  if (height === 0 && width > 0) throw unsupportedCoding('a JPEG with its height only at the end (DNL)')
  if (width === 0) throw damaged(`its header says ${width} x ${height} px`)
  return { width, height }
}

/** The next marker at or after `at`, and its end. */
async function nextMarker(file: HeaderFile, at: number): Promise<{ code: number; end: number }> {
  for (let from = at; ;) {
    const bytes = await file.read(from, 1).then(() => file.peek(from, 256))
    let found = bytes.indexOf(STUFFING)
    if (found === -1) found = bytes.length
    while (bytes[found] === STUFFING) found += 1
    const code = bytes[found]
    if (code !== undefined && code !== NOT_A_MARKER) return { code, end: from + found + 1 }
    if (code === NOT_A_MARKER) from += found + 1
    // The last byte may be the first half of a marker.
    else if (bytes.at(-1) === STUFFING) from += Math.max(1, bytes.length - 1)
    else from += bytes.length
  }
}
