import { corruptJpeg, orientedJpeg, sampleGif, sampleJpeg, samplePng, sampleWebp, truncatedJpeg } from '@darkroom/testing'
import { describe, expect, it } from 'vitest'
import { imageFiles, pngClaiming } from '../test/image-files.ts'
import { sharp } from './hardened-sharp.ts'
import { ImageError } from './image-error.ts'
import { inspectImage } from './inspect-image.ts'

const store = imageFiles()
const size = { width: 120, height: 90 }

async function refusal(path: string): Promise<ImageError> {
  const error: unknown = await inspectImage(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ImageError)) throw new Error(`no ImageError but ${String(error)}`)
  expect(error.permanent).toBe(true)
  expect(error.message).not.toContain(path)
  return error
}

it.each(Object.entries({ jpeg: sampleJpeg, png: samplePng, webp: sampleWebp, gif: sampleGif }))(
  'tells format and size of a %s, whatever the name says',
  async (format, make) => {
    const path = await store(await make(size), 'picture.txt')
    expect(await inspectImage(path)).toEqual({ format, ...size, orientation: 1, frames: format === 'gif' ? 2 : 1 })
  },
)

it('tells the stored size and the orientation apart', async () => {
  const path = await store(await orientedJpeg(6, size))
  expect(await inspectImage(path)).toMatchObject({ width: 90, height: 120, orientation: 6 })
})

describe('IMAGE_UNSUPPORTED', () => {
  it.each([
    ['nothing', ''],
    ['one byte', '\xff'],
    ['text', 'hello, world'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['PDF', '%PDF-1.7'],
    ['sound in the container of WebP', 'RIFF\x24\x00\x00\x00WAVEfmt '],
  ])('for %s', async (_what, text) => {
    const error = await refusal(await store(Buffer.from(text, 'latin1'), 'photo.jpg'))
    expect(error.code).toBe('IMAGE_UNSUPPORTED')
  })

  it('for TIFF and AVIF, though the library could read them', async () => {
    const plain = sharp({ create: { ...size, channels: 3, background: '#369' } })
    for (const bytes of [await plain.clone().tiff().toBuffer(), await plain.clone().avif({ effort: 0 }).toBuffer()])
      expect((await refusal(await store(bytes, 'photo.jpg'))).code).toBe('IMAGE_UNSUPPORTED')
  })
})

describe('IMAGE_TOO_LARGE', () => {
  it('tells the measured size of a bomb', async () => {
    const error = await refusal(await store(pngClaiming(20_000, 20_000)))
    expect(error).toMatchObject({ code: 'IMAGE_TOO_LARGE', width: 20_000, height: 20_000 })
    expect(error.message).toBe('The image is 20000 x 20000 px: that is 400,000,000 pixels, and 50,000,000 are allowed.')
  })

  it('draws the line at exactly 50 million pixels', async () => {
    expect(await inspectImage(await store(pngClaiming(10_000, 5_000)))).toMatchObject({ width: 10_000 })
    expect((await refusal(await store(pngClaiming(10_000, 5_001)))).code).toBe('IMAGE_TOO_LARGE')
  })

  it('refuses a side over 65 535 px, however few pixels that makes', async () => {
    expect(await inspectImage(await store(pngClaiming(1, 65_535)))).toMatchObject({ height: 65_535 })
    expect(await refusal(await store(pngClaiming(1, 65_536)))).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      height: 65_536,
    })
  })

  it('takes another limit', async () => {
    const path = await store(await sampleJpeg(size))
    await expect(inspectImage(path, { maxPixels: 120 * 90 })).resolves.toBeDefined()
    await expect(inspectImage(path, { maxPixels: 120 * 90 - 1 })).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
  })
})

describe('IMAGE_CORRUPT', () => {
  it.each([
    ['jpeg', sampleJpeg, 20],
    ['png', samplePng, 12],
    ['webp', sampleWebp, 16],
    ['gif', sampleGif, 8],
  ] as const)('for a %s that ends in its header', async (_format, make, bytes) => {
    const whole = await make(size)
    expect((await refusal(await store(whole.subarray(0, bytes)))).code).toBe('IMAGE_CORRUPT')
  })

  it('is not for damage in the pixels: nobody looked at them yet', async () => {
    await expect(inspectImage(await store(await truncatedJpeg()))).resolves.toMatchObject({ width: 640 })
    await expect(inspectImage(await store(await corruptJpeg()))).resolves.toMatchObject({ height: 480 })
  })
})

it('lets a missing file be a missing file', async () => {
  await expect(inspectImage('/nowhere/photo.jpg')).rejects.toMatchObject({ code: 'ENOENT' })
})
