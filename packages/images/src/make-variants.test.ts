import { createHash } from 'node:crypto'
import {
  corruptJpeg,
  orientedJpeg,
  ORIENTED_QUARTERS,
  sampleGif,
  sampleJpeg,
  samplePng,
  sampleWebp,
  truncatedJpeg,
} from '@darkroom/testing'
import { describe, expect, it } from 'vitest'
import { chartPng } from '../test/chart.ts'
import { gifOf, imageFiles, pngClaiming } from '../test/image-files.ts'
import { sharp } from './decoding/hardened-sharp.ts'
import { makeVariants, type Variant } from './make-variants.ts'

const store = imageFiles()
const sizesOf = (variants: Variant[]) => variants.map(({ resolution, width, height }) => [resolution, width, height])

async function variantsOf(bytes: Buffer): Promise<Variant[]> {
  return (await makeVariants(await store(bytes))).variants
}

async function colourAt({ bytes, width }: Variant, x: number, y: number): Promise<number[]> {
  const pixels = await sharp(bytes).raw().toBuffer()
  return [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
}

function expectColour(actual: number[], wanted: readonly number[], tolerance = 6): void {
  const off = Math.max(...actual.map((value, channel) => Math.abs(value - (wanted[channel] ?? -999))))
  expect(off, `${actual.join()} is not ${wanted.join()}`).toBeLessThanOrEqual(tolerance)
}

describe('sizes', () => {
  it('have the requested widths and the same aspect ratio, according to their bytes [S3.8]', async () => {
    const variants = await variantsOf(await sampleJpeg({ width: 3000, height: 4000 }))
    expect(sizesOf(variants)).toEqual([
      ['1024', 1024, 1365],
      ['800', 800, 1067],
    ])
    for (const { bytes, width, height, md5 } of variants) {
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, height, space: 'srgb', channels: 3 })
      expect(md5).toBe(createHash('md5').update(bytes).digest('hex'))
    }
  })

  it.each([
    [900, 600, [900, 600], [800, 533]],
    [300, 200, [300, 200], [300, 200]],
    [1, 1, [1, 1], [1, 1]],
    [60_000, 1, [1024, 1], [800, 1]],
    [1, 60_000, [1, 60_000], [1, 60_000]],
  ])('of %i x %i are never enlarged [S3.8]', async (width, height, large, small) => {
    const variants = await variantsOf(await plainPng(width, height))
    expect(sizesOf(variants)).toEqual([
      ['1024', ...large],
      ['800', ...small],
    ])
  })

  it('come in the requested order, one variant per width', async () => {
    const path = await store(await sampleJpeg({ width: 600, height: 400 }))
    const { variants } = await makeVariants(path, { widths: [100, 500, 100] })
    expect(sizesOf(variants)).toEqual([
      ['100', 100, 67],
      ['500', 500, 333],
      ['100', 100, 67],
    ])
  })

  it.each([[[]], [[0]], [[1.5]], [[Number.NaN]]])('must be whole numbers above 0: %o', async (widths) => {
    const path = await store(await sampleJpeg({ width: 60, height: 40 }))
    await expect(makeVariants(path, { widths })).rejects.toThrow(RangeError)
  })
})

describe('pictures', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('stored with orientation %i become upright', async (orientation) => {
    for (const variant of await variantsOf(await orientedJpeg(orientation, { width: 1280, height: 800 }))) {
      const [right, bottom] = [variant.width - 20, variant.height - 20]
      expect(variant.width).toBe(Number(variant.resolution))
      expectColour(await colourAt(variant, 20, 20), ORIENTED_QUARTERS.topLeft)
      expectColour(await colourAt(variant, right, 20), ORIENTED_QUARTERS.topRight)
      expectColour(await colourAt(variant, 20, bottom), ORIENTED_QUARTERS.bottomLeft)
      expectColour(await colourAt(variant, right, bottom), ORIENTED_QUARTERS.bottomRight)
    }
  })

  it('with alpha are placed on white, without dark edges', async () => {
    const pale = await sharp({ create: { width: 700, height: 900, channels: 4, background: '#e0e0e0' } })
      .png()
      .toBuffer()
    // Transparent black next to pale grey: scaled without considering alpha, the black bleeds into
    // the edge.
    const bytes = await sharp({ create: { width: 1400, height: 900, channels: 4, background: '#00000000' } })
      .composite([{ input: pale, left: 0, top: 0 }])
      .png()
      .toBuffer()
    for (const variant of await variantsOf(bytes)) {
      expectColour(await colourAt(variant, 10, 10), [0xe0, 0xe0, 0xe0])
      expectColour(await colourAt(variant, variant.width - 10, 10), [255, 255, 255])
      const row = await Promise.all(
        Array.from({ length: 9 }, (_, x) => colourAt(variant, variant.width / 2 - 4 + x, 50)),
      )
      expect(Math.min(...row.map(([r = 0]) => r))).toBeGreaterThan(0xd0)
    }
  })

  it('that are animated show their first frame', async () => {
    for (const variant of await variantsOf(await sampleGif())) {
      expect([variant.width, variant.height]).toEqual([320, 240])
      expectColour(await colourAt(variant, 100, 100), [255, 0, 0])
    }
  })

  it.each([
    [640, 480],
    [800, 600],
    [1024, 768],
    [810, 610],
    [2100, 300],
  ])('with a frame anywhere on a canvas of %i x %i fill the canvas, white around the frame', async (width, height) => {
    const frame = { left: width / 2, top: height / 2, width: width / 4, height: height / 3 }
    for (const variant of await variantsOf(gifOf({ width, height }, [frame]))) {
      const scale = variant.width / width
      expect([variant.width, variant.height]).toEqual([
        Math.min(width, Number(variant.resolution)),
        Math.round(height * scale),
      ])
      expectColour(await colourAt(variant, 4, 4), [255, 255, 255])
      expectColour(await colourAt(variant, variant.width - 4, variant.height - 4), [255, 255, 255])
      expectColour(
        await colourAt(variant, Math.floor(width * 0.6 * scale), Math.floor(height * 0.7 * scale)),
        [255, 0, 0],
      )
    }
  })

  it('of 16 bits keep their brightness', async () => {
    const bytes = await sharp(await plainPng(1100, 40, '#4080c0'))
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    expect((await sharp(bytes).metadata()).depth).toBe('ushort')
    for (const variant of await variantsOf(bytes)) expectColour(await colourAt(variant, 9, 9), [0x40, 0x80, 0xc0])
  })

  it('of grey become sRGB of the same grey', async () => {
    const bytes = await sharp(await plainPng(1100, 40, '#808080'))
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect((await sharp(bytes).metadata()).channels).toBe(1)
    for (const variant of await variantsOf(bytes)) expectColour(await colourAt(variant, 9, 9), [128, 128, 128])
  })

  it('in CMYK become sRGB', async () => {
    const bytes = await sharp(await plainPng(1100, 40, '#c04040'))
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    for (const variant of await variantsOf(bytes)) expectColour(await colourAt(variant, 9, 9), [0xc0, 0x40, 0x40], 24)
  })

  it('in another colour profile are converted before the profile is removed', async () => {
    const bytes = await sharp(await plainPng(1100, 40, '#40c040'))
      .withIccProfile('p3')
      .png()
      .toBuffer()
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer()
    expect(stored[0], 'the profile changes the stored numbers').not.toBe(0x40)
    for (const variant of await variantsOf(bytes)) expectColour(await colourAt(variant, 9, 9), [0x40, 0xc0, 0x40])
  })
})

it('removes all metadata', async () => {
  const bytes = await sharp(await sampleJpeg({ width: 1200, height: 300 }))
    .withExif({ IFD0: { Copyright: 'secret-owner' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">secret-place</x:xmpmeta>')
    .withIccProfile('p3')
    .toBuffer()
  expect(bytes.includes('secret-owner')).toBe(true)
  for (const variant of await variantsOf(bytes)) {
    const { exif, icc, xmp, iptc, orientation } = await sharp(variant.bytes).metadata()
    expect([exif, icc, xmp, iptc, orientation]).toEqual([undefined, undefined, undefined, undefined, undefined])
    expect(variant.bytes.includes('secret')).toBe(false)
  }
})

it('copies no foreign bytes to the output', async () => {
  const payload = Buffer.from('<?php system($_GET[0]); ?>')
  const bytes = Buffer.concat([await sampleJpeg({ width: 200, height: 100 }), payload])
  for (const variant of await variantsOf(bytes)) expect(variant.bytes.includes('<?php')).toBe(false)
})

it('are JPEGs of quality 85 [S3.8]', async () => {
  for (const { bytes } of await variantsOf(await sampleJpeg())) {
    // The first entries of the luminance table of ITU-T T.81, annex K, in zigzag order, scaled by
    // 200 - 2 * 85 percent.
    const scaled = [16, 11, 12, 14, 12, 10, 16, 14].map((entry) => Math.floor((entry * 30 + 50) / 100))
    const table = bytes.indexOf(Buffer.from([0xff, 0xdb])) + 5
    expect([...bytes.subarray(table, table + 8)]).toEqual(scaled)
  }
})

it('creates the same bytes each time', async () => {
  const path = await store(await sampleWebp({ width: 1300, height: 500 }))
  const [first, second] = [await makeVariants(path), await makeVariants(path)]
  expect(first).toEqual(second)
})

it('reports its stages with increasing percentages', async () => {
  const seen: [string, number][] = []
  const path = await store(await samplePng({ width: 900, height: 300 }))
  await makeVariants(path, {}, { onStage: (stage, percent) => seen.push([stage, percent]) })
  expect(seen).toEqual([
    ['decode', 0],
    ['encode', 70],
    ['encode', 100],
  ])
})

describe('refuses', () => {
  it.each([
    ['broken pixels', corruptJpeg],
    ['half a file', truncatedJpeg],
    ['a PNG without pixels', async () => pngClaiming(300, 200)],
  ])('%s as IMAGE_CORRUPT, without naming the path', async (_what, make) => {
    const path = await store(await make())
    const error: unknown = await makeVariants(path).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'IMAGE_CORRUPT', permanent: true })
    expect(String(error)).not.toContain(path)
  })

  it('a bomb before a pixel is decoded', async () => {
    await expect(variantsOf(pngClaiming(30_000, 30_000))).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      width: 30_000,
    })
  })

  it('a result that is too large for JPEG', async () => {
    await expect(variantsOf(await plainPng(1, 65_501))).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      height: 65_501,
    })
  })
})

describe('the small variant', () => {
  it('of a photo loses no quality when made from the pixels of the large one', async () => {
    const bytes = await sampleJpeg({ width: 2560, height: 1707 })
    const path = await store(bytes)
    const small = (await makeVariants(path, { quality: 100 })).variants[1] as Variant
    const pixels = await sharp(small.bytes).raw().toBuffer()
    const full = sharp(bytes).resize(800, 533, { fit: 'fill', fastShrinkOnLoad: false })
    expect(decibels(pixels, await full.raw().toBuffer())).toBeGreaterThan(38)
  })

  it.each(['png', 'gif', 'webp', 'jpeg'] as const)(
    'of text in a %s is within 1 dB of a direct resize',
    async (format) => {
      const written = sharp(textPixels(1600, 900), { raw: { width: 1600, height: 900, channels: 3 } })
      const bytes = await (
        format === 'webp' ? written.webp({ lossless: true, effort: 0 }) : written.toFormat(format, { quality: 95 })
      ).toBuffer()
      const wanted = sharp(bytes)
        .resize(800, 450, { fit: 'fill', fastShrinkOnLoad: false })
        .flatten({ background: '#fff' })
      const pixels = await wanted.clone().raw().toBuffer()
      const direct = decibels(
        await sharp(await wanted.clone().jpeg({ quality: 85 }).toBuffer())
          .raw()
          .toBuffer(),
        pixels,
      )
      const small = (await variantsOf(bytes))[1] as Variant
      expect(decibels(await sharp(small.bytes).raw().toBuffer(), pixels)).toBeGreaterThan(direct - 1)
    },
  )
})

describe('bytes', () => {
  it.each<[string, () => Promise<Buffer>]>([
    ['plain colours', () => plainPng(1200, 900, '#d04040')],
    ['a chart', () => Promise.resolve(chartPng())],
    [
      'a smooth gradient',
      () =>
        sharp(Buffer.from([0, 40, 90, 250, 200, 10, 30, 220, 120, 255, 255, 255]), {
          raw: { width: 2, height: 2, channels: 3 },
        })
          .resize(1200, 900, { fit: 'fill', kernel: 'cubic' })
          .png()
          .toBuffer(),
    ],
  ])('are encoded with optimised Huffman tables: %s', async (_what, make) => {
    for (const { bytes } of await variantsOf(await make())) {
      const pixels = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
      const { width, height } = pixels.info
      const usual = await sharp(pixels.data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 85, optimiseCoding: false })
        .toBuffer()
      expect(bytes.length).toBeLessThan(usual.length * 0.9)
    }
  })

  it('of a photo use the standard tables, in one pass', async () => {
    for (const { bytes } of await variantsOf(await sampleJpeg())) {
      const pixels = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
      const { width, height } = pixels.info
      const usual = await sharp(pixels.data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 85, optimiseCoding: false })
        .toBuffer()
      expect(tablesOf(bytes)).toEqual(tablesOf(usual))
    }
  })
})

/** The Huffman tables of a JPEG. */
function tablesOf(bytes: Buffer): Buffer {
  const start = bytes.indexOf(Buffer.from([0xff, 0xc4]))
  return bytes.subarray(start, bytes.indexOf(Buffer.from([0xff, 0xda]), start))
}

/** Dark strokes of one pixel on white, like text. */
function textPixels(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 3, 255)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isLine = y % 24 > 4 && y % 24 < 18 && x > 80 && x < 1000
      const isStroke =
        (x * 7 + Math.floor(x / 11) * 5) % 13 === 0 || (x % 17 < 9 && (y * 5 + Math.floor(x / 17) * 3) % 14 === 0)
      if (isLine && isStroke) data.fill(20, (y * width + x) * 3, (y * width + x) * 3 + 3)
    }
  return data
}

/**
 * Peak signal-to-noise ratio of two pictures of the same size: 10 log10(255² / mean squared error).
 */
function decibels(a: Buffer, b: Buffer): number {
  expect(a.length).toBe(b.length)
  let squares = 0
  for (let at = 0; at < a.length; at++) squares += ((a[at] as number) - (b[at] as number)) ** 2
  return 10 * Math.log10(255 ** 2 / (squares / a.length))
}

function plainPng(width: number, height: number, background = '#808080'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
}
