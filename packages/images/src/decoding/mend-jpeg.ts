import { APP0, DHT, DRI, EOI, FRAMES, SOS, standsAlone } from '../headers/jpeg-markers.ts'
import { type HuffmanTable, readHuffmanTables } from './huffman-table.ts'
import { cleanScan, nextMarker, type SequentialScan } from './jpeg-scan.ts'

/** The sequential frame types. */
const BASELINE = 0xc0
const EXTENDED = 0xc1
/** More segments than any real picture has, and too few to take much memory. */
const MAX_SEGMENTS = 100_000
/** One for each component. */
const MAX_SEQUENTIAL_SCANS = 4

interface Component {
  id: number
  across: number
  down: number
}

interface State {
  isSequential: boolean
  width: number
  height: number
  components: Component[]
  tables: Map<number, HuffmanTable>
  restartInterval: number
}

export interface MendedJpeg {
  bytes: Buffer
  /** Whether the data of its scans was parsed, so that all of its pixels are known to exist. */
  isProven: boolean
}

/**
 * The same JPEG without harmless causes of decoder warnings: stray bytes between its segments and
 * before its restart markers, a scan whose header says 0, 0, 0, a JFIF version that does not exist,
 * a missing end marker. Undefined if pixels are missing. Progressive scans are not parsed: stray
 * bytes after them stay.
 *
 * Only used for files that a decoder has rejected: it parses all of the data, at about ten
 * megabytes per second.
 */
export function mendJpeg(bytes: Buffer): MendedJpeg | undefined {
  const parts: Buffer[] = [Buffer.from([0xff, 0xd8])]
  const state: State = {
    isSequential: false,
    width: 0,
    height: 0,
    components: [],
    tables: new Map(),
    restartInterval: 0,
  }
  let scans = 0
  for (let at = 2; ;) {
    const marker = nextMarker(bytes, at)
    const code = bytes[marker + 1]
    if (code === undefined || code === EOI) break
    at = marker + 2
    if (standsAlone(code)) continue
    const length = at + 2 <= bytes.length ? bytes.readUInt16BE(at) : 0
    const segment = Buffer.from(bytes.subarray(at + 2, at + length))
    if (length < 2 || segment.length < length - 2 || parts.length > 3 * MAX_SEGMENTS) return undefined
    at += length
    note(state, code, segment)
    parts.push(Buffer.from([0xff, code, length >> 8, length & 255]), mendSegment(state, code, segment))
    if (code !== SOS) continue
    scans += 1
    if (state.isSequential && scans > MAX_SEQUENTIAL_SCANS) return undefined
    const scan = state.isSequential ? cleanScan(bytes, at, scanOf(state, segment)) : otherScan(bytes, at)
    if (scan === undefined) return undefined
    parts.push(scan.data)
    at = scan.end
  }
  return scans === 0
    ? undefined
    : { bytes: Buffer.concat([...parts, Buffer.from([0xff, EOI])]), isProven: state.isSequential }
}

function note(state: State, code: number, segment: Buffer): void {
  if (code === DHT) for (const [id, table] of readHuffmanTables(segment)) state.tables.set(id, table)
  if (code === DRI && segment.length >= 2) state.restartInterval = segment.readUInt16BE()
  // As in the header reader, the first frame counts: its size was checked.
  if (!FRAMES.includes(code) || segment.length < 6 || state.components.length > 0) return
  state.isSequential = code === BASELINE || code === EXTENDED
  state.height = segment.readUInt16BE(1)
  state.width = segment.readUInt16BE(3)
  for (let at = 6; at + 3 <= segment.length; at += 3) {
    const factors = segment.readUInt8(at + 1)
    state.components.push({ id: segment.readUInt8(at), across: factors >> 4, down: factors & 15 })
  }
}

function mendSegment(state: State, code: number, segment: Buffer): Buffer {
  // JFIF starts with its name; its version is 1.x.
  if (code === APP0 && segment.toString('latin1', 0, 5) === 'JFIF\0' && segment.length > 6) segment.set([1, 1], 5)
  // A sequential scan has all values of a block at once (B.2.3).
  if (code === SOS && state.isSequential && segment.length >= 3) segment.set([0, 63, 0], segment.length - 3)
  return segment
}

/**
 * B.2.3 and A.2: a single component comes block by block, several come in units with as many blocks
 * of each as it has samples.
 */
function scanOf({ components, tables, width, height, restartInterval }: State, segment: Buffer): SequentialScan {
  const [widest, highest] = [
    Math.max(...components.map(({ across }) => across)),
    Math.max(...components.map(({ down }) => down)),
  ]
  const chosen = Array.from({ length: segment[0] ?? 0 }, (_, index) => ({
    component: components.find(({ id }) => id === segment[1 + index * 2]) ?? { id: 0, across: 1, down: 1 },
    numbers: segment[2 + index * 2] ?? 0,
  }))
  const isOnly = chosen.length === 1
  const [first] = chosen
  const [across, down] = isOnly && first ? [first.component.across, first.component.down] : [1, 1]
  const blocksOf = (side: number, factor: number, most: number): number =>
    isOnly ? Math.ceil(Math.ceil((side * factor) / most) / 8) : Math.ceil(side / (8 * most))
  const none = new Uint16Array(0)
  return {
    components: chosen.map(({ component, numbers }) => ({
      dc: tables.get(numbers >> 4) ?? none,
      ac: tables.get(16 + (numbers & 15)) ?? none,
      blocks: isOnly ? 1 : component.across * component.down,
    })),
    units: blocksOf(width, across, widest) * blocksOf(height, down, highest),
    restartInterval,
  }
}

/** The data of a scan that is not parsed: up to the next marker that is not a restart marker. */
function otherScan(bytes: Buffer, start: number): { data: Buffer; end: number } {
  let end = nextMarker(bytes, start)
  while (bytes[end + 1] !== undefined && standsAlone(bytes[end + 1] as number)) end = nextMarker(bytes, end + 2)
  return { data: bytes.subarray(start, end), end }
}
