import { sampleJpeg, orientedJpeg } from '@darkroom/testing'
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash'
import { expect, it } from 'vitest'
import { imageFiles } from '../test/image-files.ts'
import { sharp } from './decoding/hardened-sharp.ts'
import { makeVariants } from './make-variants.ts'

const store = imageFiles()

async function previewOf(bytes: Buffer) {
  return (await makeVariants(await store(bytes))).preview
}

const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()

it.each([
  ['a wide photo', [1600, 1200], [320, 240]],
  ['a high one', [600, 3000], [64, 320]],
  ['one that is smaller', [200, 100], [200, 100]],
  ['a line', [2000, 1], [320, 1]],
  ['an upright line', [1, 2000], [1, 320]],
])('the thumbnail of %s is a JPEG of at most 320 x 320 pixels', async (_what, [width, height], wanted) => {
  const { thumb } = await previewOf(await sampleJpeg({ width: width!, height: height! }))
  const { format, ...seen } = await sharp(thumb.bytes).metadata()
  expect(format).toBe('jpeg')
  expect([seen.width, seen.height]).toEqual(wanted)
  expect([thumb.width, thumb.height]).toEqual(wanted)
})

it('the thumbnail of a photo is much smaller than its variants', async () => {
  const path = await store(await sampleJpeg({ width: 4000, height: 3000 }))
  const { preview, variants } = await makeVariants(path)
  expect(preview.thumb.bytes.length * 3).toBeLessThan(Math.min(...variants.map(({ bytes }) => bytes.length)))
})

it('the hash has the proportions of the picture as people see it, and its mean colour', async () => {
  const turned = await previewOf(await orientedJpeg(6, { width: 1280, height: 640 }))
  expect(thumbHashToApproximateAspectRatio(Buffer.from(turned.thumbhash, 'base64'))).toBeCloseTo(2, 0)
  const { r, g, b } = thumbHashToAverageRGBA(
    Buffer.from((await previewOf(await plain(400, 300, '#2060a0'))).thumbhash, 'base64'),
  )
  for (const [value, wanted] of [
    [r, 0x20],
    [g, 0x60],
    [b, 0xa0],
  ] as const)
    expect(Math.abs(value * 255 - wanted)).toBeLessThan(12)
})

it('a hash is short enough for a list of many', async () => {
  expect((await previewOf(await sampleJpeg({ width: 1600, height: 1200 }))).thumbhash.length).toBeLessThan(48)
})

it('the colour is the most frequent one, not the mean', async () => {
  const inset = await plain(300, 600, '#f0f0f0')
  const photo = await sharp({ create: { width: 1000, height: 600, channels: 3, background: '#204080' } })
    .composite([{ input: inset, left: 0, top: 0 }])
    .png()
    .toBuffer()
  expect((await previewOf(photo)).color).toBe('#204080')
})

it('a grey picture has a grey one', async () => {
  const { color } = await previewOf(
    await sharp(await plain(64, 64, '#808080'))
      .greyscale()
      .png()
      .toBuffer(),
  )
  expect(color).toMatch(/^#(7f|80|81){3}$/)
})
