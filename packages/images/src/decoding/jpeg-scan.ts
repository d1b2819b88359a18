import { BitReader } from './bit-reader.ts'
import type { HuffmanTable } from './huffman-table.ts'

/** Padding allowed between the data of a scan and the next marker. More than this was misread. */
const MAX_STRAY_BYTES = 1024

export interface ScanComponent {
  dc: HuffmanTable
  ac: HuffmanTable
  /** Blocks of a unit; one if the component has a scan of its own. */
  blocks: number
}

export interface SequentialScan {
  components: readonly ScanComponent[]
  units: number
  /** Units between two restart markers; 0 for none. */
  restartInterval: number
}

/**
 * Parses the data of a sequential scan, unit by unit, without decoding pixels. Returns its end, and
 * its data without the stray bytes that some cameras leave before each restart marker; or undefined
 * if pixels are missing.
 */
export function cleanScan(
  bytes: Buffer,
  start: number,
  scan: SequentialScan,
): { data: Buffer; end: number } | undefined {
  const interval = scan.restartInterval || scan.units
  const data = Buffer.allocUnsafe(bytes.length - start)
  let size = 0
  for (let [at, done] = [start, 0]; ;) {
    const end = endOfUnits(bytes, at, scan.components, Math.min(interval, scan.units - done))
    if (end === undefined) return undefined
    done += interval
    const marker = nextMarker(bytes, end)
    if (marker - end > MAX_STRAY_BYTES) return undefined
    size += bytes.copy(data, size, at, end)
    if (done >= scan.units) return { data: data.subarray(0, size), end: marker }
    if (bytes[marker + 1] !== 0xd0 + ((done / interval - 1) & 7)) return undefined
    size += bytes.copy(data, size, marker, marker + 2)
    at = marker + 2
  }
}

/**
 * The position of the next marker, or the end of the file. Several 0xff may precede the code of a
 * marker.
 */
export function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    const code = bytes[at + 1]
    if (bytes[at] === 0xff && code !== 0 && code !== 0xff) return at
  }
  return bytes.length
}

function endOfUnits(
  bytes: Buffer,
  start: number,
  components: readonly ScanComponent[],
  units: number,
): number | undefined {
  const reader = new BitReader(bytes, start)
  for (let unit = 0; unit < units; unit++) {
    for (const component of components)
      for (let block = 0; block < component.blocks; block++) if (!skipBlock(reader, component)) return undefined
    if (reader.isOverrun) return undefined
  }
  return reader.end
}

/**
 * ITU-T T.81, F.2.2: the length of one value, and then those of up to 63, each with the zeros
 * before it.
 */
function skipBlock(reader: BitReader, { dc, ac }: ScanComponent): boolean {
  const first = skipCode(reader, dc)
  if (first === undefined || first > 16) return false
  reader.skip(first)
  for (let at = 1; at < 64;) {
    const code = skipCode(reader, ac)
    if (code === undefined) return false
    const [zeros, bits] = [code >> 4, code & 15]
    if (bits === 0 && zeros < 15) return true
    at += zeros + 1
    if (bits !== 0 && at > 64) return false
    reader.skip(bits)
  }
  return true
}

function skipCode(reader: BitReader, table: HuffmanTable): number | undefined {
  const entry = table[reader.peek16()] ?? 0
  if (entry === 0) return undefined
  reader.skip(entry >> 8)
  return entry & 255
}
