import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CHART_COLOURS, chartJpeg, chartPng, quartersOf } from '../test/chart.ts'
import { beforeMarker, gifOf, imageFiles } from '../test/image-files.ts'
import { type PngChunk, readPngChunks, writePng } from './decoding/png-chunks.ts'
import { sharp } from './decoding/hardened-sharp.ts'
import { makeVariants } from './make-variants.ts'

const store = imageFiles()
const stray = Buffer.from([1, 2, 3, 0xff, 0, 0x5a, 9])
const endMarker = Buffer.from([0xff, 0xd9])

/** A chart with a restart marker after every seventh unit, 160 x 96 px; created with Pillow. */
const restartMarkers = readFileSync(join(import.meta.dirname, '../test/restart-markers.jpg'))

/** The positions of the restart markers in a JPEG. */
const restartsOf = (bytes: Buffer): number[] =>
  [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1]! >= 0xd0 && bytes[at + 1]! <= 0xd7)

const splice = (bytes: Buffer, from: number, to: number, inserted = Buffer.alloc(0)): Buffer =>
  Buffer.concat([bytes.subarray(0, from), inserted, bytes.subarray(to)])

const withStrayBeforeRestarts = (bytes: Buffer): Buffer =>
  restartsOf(bytes).reduceRight((made, at) => splice(made, at, at, stray), bytes)

async function withZeroScan(): Promise<Buffer> {
  const bytes = await chartJpeg()
  bytes.set([0, 0, 0], bytes.indexOf(Buffer.from([0xff, 0xda])) + 11)
  return bytes
}

function withVersion(major: number): Buffer {
  const bytes = Buffer.from(restartMarkers)
  const name = bytes.indexOf('JFIF\0')
  expect(name).toBeGreaterThan(0)
  bytes.set([major], name + 5)
  return bytes
}

/** The chart with restart markers and an Adobe segment before its tables. */
function withAdobe(transform: number): Buffer {
  return beforeMarker(
    restartMarkers,
    0xdb,
    Buffer.from(['ffee000e', '41646f6265', '0064', '00000000', `0${transform}`].join(''), 'hex'),
  )
}

/** A PNG whose pixels (the zlib stream) and chunks are modified. */
function png(
  change: (pixels: Buffer) => Buffer,
  others: (chunks: PngChunk[]) => PngChunk[] = (chunks) => chunks,
): Buffer {
  const chunks = readPngChunks(chartPng())
  return writePng(
    others(chunks).map((chunk) => (chunk.type === 'IDAT' ? { ...chunk, data: change(chunk.data) } : chunk)),
  )
}

/** `bytes` with an invalid checksum in the first chunk of a type. */
function withWrongChecksum(bytes: Buffer, type: string): Buffer {
  const made = Buffer.from(bytes)
  const at = made.indexOf(type)
  const end = at + 4 + made.readUInt32BE(at - 4)
  made.writeUInt8(made.readUInt8(end) ^ 1, end)
  return made
}

function interlacedPng(): Promise<Buffer> {
  return sharp(chartPng()).png({ progressive: true }).toBuffer()
}

/** All pixels in one chunk, without the last four bytes. */
function withoutAdler(bytes: Buffer): Buffer {
  const chunks = readPngChunks(bytes)
  const pixels = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const others = chunks.filter(({ type }) => type !== 'IDAT')
  return writePng(others.toSpliced(-1, 0, { type: 'IDAT', data: pixels.subarray(0, -4), checksum: 'right' }))
}

const wrongAdler = (pixels: Buffer): Buffer => Buffer.concat([pixels.subarray(0, -4), Buffer.alloc(4)])

describe('a picture is displayed if all of its pixels exist, whatever decoders report:', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['a JPEG whose scan says 0, 0, 0', withZeroScan],
    [
      'a JPEG with stray bytes between its segments',
      async () => beforeMarker(beforeMarker(await chartJpeg(), 0xdb, stray), 0xc4, stray),
    ],
    ['a JPEG with stray bytes before each restart marker', () => withStrayBeforeRestarts(restartMarkers)],
    [
      'a JPEG with a stray byte before one restart marker',
      () => splice(restartMarkers, restartsOf(restartMarkers)[2]!, restartsOf(restartMarkers)[2]!, Buffer.from([7])),
    ],
    [
      'a JPEG with stray bytes before its end',
      async () => splice(await chartJpeg(), -2, Infinity, Buffer.concat([stray, endMarker])),
    ],
    ['a JPEG without an end marker', async () => (await chartJpeg()).subarray(0, -2)],
    ['a progressive JPEG without an end marker', async () => (await chartJpeg({ progressive: true })).subarray(0, -2)],
    [
      'a progressive JPEG with stray bytes between its scans',
      async () => strayBetweenScans(await chartJpeg({ progressive: true })),
    ],
    ['a JPEG of JFIF 2', () => withVersion(2)],
    ['a JPEG of JFIF 0', () => withVersion(0)],
    ['a JPEG with all of it', async () => beforeMarker(await withZeroScan(), 0xdb, stray).subarray(0, -2)],
    [
      'a JPEG with stray bytes before each restart marker and an unknown code of Adobe',
      () => withStrayBeforeRestarts(withAdobe(9)),
    ],
    ['a JPEG with an unknown code of Adobe', () => withAdobe(9)],
    ['a PNG without the checksum of its pixels', () => png((pixels) => pixels.subarray(0, -4))],
    ['a PNG with a wrong checksum of its pixels', () => png(wrongAdler)],
    ['a PNG with a wrong checksum of their chunk', () => withWrongChecksum(chartPng(), 'IDAT')],
    [
      'a PNG without its end',
      () =>
        png(
          (pixels) => pixels,
          (chunks) => chunks.filter(({ type }) => type !== 'IEND'),
        ),
    ],
    [
      'a PNG with more pixels than it needs',
      () => png((pixels) => deflateSync(Buffer.concat([inflateSync(pixels), Buffer.alloc(999)]))),
    ],
    [
      'a PNG whose metadata is damaged',
      () => withWrongChecksum(chartPng({ chunks: [{ type: 'tEXt', data: Buffer.from('Title\0Chart') }] }), 'tEXt'),
    ],
    ['an interlaced PNG without the checksum of its pixels', async () => withoutAdler(await interlacedPng())],
    [
      'a PNG of 16 bits whose profile is damaged',
      () => chartPng({ bits: 16, chunks: [{ type: 'iCCP', data: Buffer.from('broken\0\0????') }] }),
    ],
    [
      'a PNG whose profile is damaged',
      () => chartPng({ chunks: [{ type: 'iCCP', data: Buffer.from('broken\0\0????') }] }),
    ],
  ])('%s', async (_what, make) => {
    const [large] = (await makeVariants(await store(await make()))).variants
    for (const [index, colour] of (await quartersOf(large!.bytes)).entries())
      expectColour(colour, CHART_COLOURS[index]!)
  })

  it.each([
    ['without a trailer', (gif: Buffer) => gif.subarray(0, -1)],
    ['without an end of its pixels', (gif: Buffer) => gif.subarray(0, -2)],
    [
      'with damage after its first frame',
      (gif: Buffer) => Buffer.concat([gif.subarray(0, -1), Buffer.from([0x2c, 0, 0, 0, 0, 9, 9])]),
    ],
  ])('a GIF %s', async (_what, change) => {
    const size = { width: 60, height: 40 }
    const path = await store(change(gifOf(size, [{ left: 0, top: 0, ...size }])))
    const [large] = (await makeVariants(path)).variants
    for (const colour of await quartersOf(large!.bytes)) expectColour(colour, [255, 0, 0])
  })
})

describe('a picture is IMAGE_CORRUPT if pixels are missing:', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['half of a JPEG', async () => half(await chartJpeg())],
    ['half of a JPEG, with an end marker', async () => Buffer.concat([half(await chartJpeg()), endMarker])],
    [
      'half of a progressive JPEG, with an end marker',
      async () => Buffer.concat([half(await chartJpeg({ progressive: true })), endMarker]),
    ],
    ['half of a JPEG whose scan says 0, 0, 0', async () => Buffer.concat([half(await withZeroScan()), endMarker])],
    [
      'half of a JPEG with stray bytes between its segments',
      async () => half(beforeMarker(await chartJpeg(), 0xdb, stray)),
    ],
    ['a JPEG without its last byte of pixels', async () => splice(await chartJpeg({ quality: 100 }), -3, Infinity)],
    [
      'a JPEG without one restart interval',
      () => splice(restartMarkers, restartsOf(restartMarkers)[1]!, restartsOf(restartMarkers)[2]!),
    ],
    [
      'a JPEG with stray bytes before all restart markers and one interval cut off',
      () => {
        const [, second = 0, third = 0] = restartsOf(restartMarkers)
        return withStrayBeforeRestarts(splice(restartMarkers, second + 4, third))
      },
    ],
    ['half of a JPEG with restart markers', () => Buffer.concat([half(restartMarkers), endMarker])],
    ['half of a PNG', () => half(chartPng())],
    ['a PNG with half of its pixels', () => png((pixels) => deflateSync(half(inflateSync(pixels))))],
    [
      'an interlaced PNG with a part of its pixels',
      async () => withoutAdler(withoutAdler(withoutAdler(withoutAdler(await interlacedPng())))),
    ],
    ['a PNG with half of its pixels and no checksum', () => png((pixels) => half(pixels))],
    ['a PNG whose pixels fit neither of their checksums', () => withWrongChecksum(png(wrongAdler), 'IDAT')],
    ['half of a GIF', () => half(gifOf({ width: 60, height: 40 }, [{ left: 0, top: 0, width: 60, height: 40 }]))],
    [
      'a GIF whose pixels end too early',
      () => gifOf({ width: 60, height: 40 }, [{ left: 0, top: 0, width: 60, height: 20 }]).fill(40, 26, 27),
    ],
  ])('%s', async (_what, make) => {
    const outcome = await makeVariants(await store(await make())).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ code: 'IMAGE_CORRUPT', permanent: true })
  })
})

it('takes no memory per part: a hostile file may have millions of them', { timeout: 30_000 }, async () => {
  const size = { width: 60, height: 40 }
  const gif = gifOf(size, [{ left: 0, top: 0, ...size }])
  const pixels = gif.indexOf(Buffer.from([2, 255])) + 1
  const small = Buffer.concat([
    gif.subarray(0, pixels),
    Buffer.alloc(4_000_000, Buffer.from([1, 0x24])),
    Buffer.from([0, 0x3b]),
  ])
  const png = Buffer.concat([
    half(chartPng({ chunks: [{ type: 'gAMA', data: Buffer.from([0, 1, 0, 0]) }] })),
    Buffer.alloc(12_000_000),
  ])
  const before = process.memoryUsage().rss
  for (const bytes of [small, png]) await makeVariants(await store(bytes)).catch(() => {})
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
})

const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length / 2)

function strayBetweenScans(bytes: Buffer): Buffer {
  const second = bytes.indexOf(Buffer.from([0xff, 0xc4]), bytes.indexOf(Buffer.from([0xff, 0xda])))
  expect(second).toBeGreaterThan(0)
  return splice(bytes, second, second, stray)
}

function expectColour(actual: number[], wanted: readonly number[]): void {
  const off = Math.max(...actual.map((value, channel) => Math.abs(value - (wanted[channel] ?? -999))))
  expect(off, `${actual.join()} is not ${wanted.join()}`).toBeLessThanOrEqual(5)
}
