import { deflateSync } from 'node:zlib'
import { type PngChunk, writePng } from '../src/decoding/png-chunks.ts'
import { sharp } from '../src/decoding/hardened-sharp.ts'

export type Colour = readonly [number, number, number]

/** Top left, top right, bottom left, bottom right. */
export const CHART_COLOURS: readonly Colour[] = [
  [0xc8, 0x28, 0x28],
  [0x28, 0xa0, 0x3c],
  [0x28, 0x3c, 0xc8],
  [0xe6, 0xc8, 0x32],
]

const CHART_SIZE = { width: 320, height: 200 }

/** The quarters of a picture in four colours. */
function chartPixels({ width, height } = CHART_SIZE, colours: readonly Colour[] = CHART_COLOURS): Buffer {
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set(colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] as Colour, (y * width + x) * 3)
  return data
}

export function chartJpeg(options: { progressive?: boolean; quality?: number } = {}): Promise<Buffer> {
  return sharp(chartPixels(), { raw: { ...CHART_SIZE, channels: 3 } })
    .jpeg({ quality: 90, ...options })
    .toBuffer()
}

interface ChartPngOptions {
  bits?: 8 | 16
  /** The first channel only, as grey. */
  isGrey?: boolean
  /** The samples in another encoding: each as a number from 0 to 1. */
  encode?: (value: number) => number
  /** Adds an opaque alpha channel. */
  hasAlpha?: boolean
  /** The chunks before the pixels. */
  chunks?: readonly Pick<PngChunk, 'type' | 'data'>[]
}

/** A PNG of the chart, written bit by bit, so that no library affects its values. */
export function chartPng({
  bits = 8,
  isGrey = false,
  encode = (value) => value,
  hasAlpha = false,
  chunks = [],
}: ChartPngOptions = {}): Buffer {
  const { width, height } = CHART_SIZE
  const samples = chartPixels()
  const channels = (isGrey ? 1 : 3) + (hasAlpha ? 1 : 0)
  const most = 2 ** bits - 1
  const sampleBytes = bits / 8
  const rows = Buffer.alloc(height * (1 + width * channels * sampleBytes))
  for (let y = 0, at = 0; y < height; y++) {
    at += 1 // no filter
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++, at += sampleBytes) {
        const isAlpha = hasAlpha && channel === channels - 1
        const value = isAlpha ? 1 : encode((samples[(y * width + x) * 3 + channel] as number) / 255)
        rows.writeUIntBE(Math.round(value * most), at, sampleBytes)
      }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([bits, (isGrey ? 0 : 2) + (hasAlpha ? 4 : 0)], 8)
  const pixels = { type: 'IDAT', data: deflateSync(rows) }
  return writePng([{ type: 'IHDR', data: header }, ...chunks, pixels, { type: 'IEND', data: Buffer.alloc(0) }])
}

/** The colours in the middle of the quarters of an image file, as decoded by sharp. */
export async function quartersOf(bytes: Buffer): Promise<number[][]> {
  const { data, info } = await sharp(bytes).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return [1, 3].flatMap((y) =>
    [1, 3].map((x) => {
      const at = (Math.floor((y * info.height) / 4) * info.width + Math.floor((x * info.width) / 4)) * info.channels
      return [...data.subarray(at, at + 3)]
    }),
  )
}
