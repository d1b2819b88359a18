import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { corruptJpeg, orientedJpeg, ORIENTED_QUARTERS, truncatedJpeg } from './odd-images.ts'
import { sampleGif, sampleJpeg, samplePng, sampleWebp } from './sample-images.ts'

const size = { width: 320, height: 200 }

it.each(Object.entries({ jpeg: sampleJpeg, png: samplePng, webp: sampleWebp, gif: sampleGif }))(
  'a %s sample has this format',
  async (format, make) => {
    expect(await sharp(await make(size)).metadata()).toMatchObject({ format, ...size })
  },
)

it('a seed always gives the same picture, with the file size of a photo', async () => {
  const [first, same, other] = [await sampleJpeg(), await sampleJpeg(), await sampleJpeg({ seed: 2 })]
  expect(first.equals(same)).toBe(true)
  expect(first.equals(other)).toBe(false)
  const bytesAPixel = first.length / (1600 * 1200)
  expect(bytesAPixel).toBeGreaterThan(0.15)
  expect(bytesAPixel).toBeLessThan(0.5)
})

it('the PNG is transparent on its right half', async () => {
  const { data, info } = await sharp(await samplePng(size))
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info.channels).toBe(4)
  expect([data[3], data[(size.width - 1) * 4 + 3]]).toEqual([255, 0])
})

describe.each(Object.entries({ corruptJpeg, truncatedJpeg }))('%s', (_name, make) => {
  it('has a valid header and corrupt pixels', async () => {
    for (const seed of [1, 2, 3]) {
      const bytes = await make({ seed })
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 640, height: 480 })
      await expect(sharp(bytes).raw().toBuffer()).rejects.toThrow('VipsJpeg')
    }
  })
})

it.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i shows the same picture', async (orientation) => {
  const bytes = await orientedJpeg(orientation, size)
  expect((await sharp(bytes).metadata()).orientation).toBe(orientation)
  const { data, info } = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([size.width, size.height])
  const shown = [data[0], data[1], data[2]]
  const off = shown.map((value, channel) => Math.abs((value ?? -999) - (ORIENTED_QUARTERS.topLeft[channel] ?? 0)))
  expect(Math.max(...off)).toBeLessThan(8)
})
