import type { HeaderFile } from './header-file.ts'

const ORIENTATION_TAG = 0x0112
const SHORT = 3
const LONG = 4
const ENTRY_BYTES = 12
/**
 * The maximum number of directory entries that are read: as many as one read holds. Cameras write
 * about a dozen.
 */
const MAX_ENTRIES = 300

/**
 * The orientation (1 to 8) in the EXIF block at `start`, or undefined if it has none or is corrupt:
 * a picture is displayed without its metadata. The layout is that of TIFF 6.0, section 2, with or
 * without a leading `Exif\0\0`.
 */
export async function exifOrientation(file: HeaderFile, start: number): Promise<number | undefined> {
  const mark = await file.peek(start, 6)
  const tiff = mark.toString('latin1') === 'Exif\0\0' ? start + 6 : start
  const head = Buffer.from(await file.peek(tiff, 8))
  const order = head.toString('latin1', 0, 2)
  if (head.length < 8 || (order !== 'II' && order !== 'MM')) return undefined
  const little = order === 'II'
  const short = (bytes: Buffer, at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const long = (bytes: Buffer, at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))

  const directory = tiff + long(head, 4)
  const count = await file.peek(directory, 2)
  if (count.length < 2) return undefined
  const entries = await file.peek(directory + 2, Math.min(short(count, 0), MAX_ENTRIES) * ENTRY_BYTES)
  for (let at = 0; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
    if (short(entries, at) !== ORIENTATION_TAG) continue
    const type = short(entries, at + 2)
    const value = type === SHORT ? short(entries, at + 8) : type === LONG ? long(entries, at + 8) : 0
    return value >= 1 && value <= 8 ? value : undefined
  }
  return undefined
}
