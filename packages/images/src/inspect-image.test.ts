import {
  corruptJpeg,
  orientedJpeg,
  sampleGif,
  sampleJpeg,
  samplePng,
  sampleWebp,
  truncatedJpeg,
} from '@darkroom/testing'
import { describe, expect, it } from 'vitest'
import { beforeMarker, gifOf, imageFiles, pngClaiming, withPngChunk } from '../test/image-files.ts'
import { sharp } from './decoding/hardened-sharp.ts'
import { ImageError } from './headers/image-error.ts'
import { inspectImage } from './inspect-image.ts'

const store = imageFiles()
const size = { width: 120, height: 90 }

async function refusal(path: string): Promise<ImageError> {
  const error: unknown = await inspectImage(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ImageError)) throw new Error(`not an ImageError: ${String(error)}`)
  expect(error.permanent).toBe(true)
  expect(error.message).not.toContain(path)
  return error
}

it.each(Object.entries({ jpeg: sampleJpeg, png: samplePng, webp: sampleWebp, gif: sampleGif }))(
  'returns format and size of a %s, whatever its name',
  async (format, make) => {
    const path = await store(await make(size), 'picture.txt')
    expect(await inspectImage(path)).toEqual({ format, ...size, orientation: 1 })
  },
)

describe('orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i is returned, and the size is the displayed one', async (orientation) => {
    const path = await store(await orientedJpeg(orientation, size))
    expect(await inspectImage(path)).toEqual({ format: 'jpeg', ...size, orientation })
  })

  it.each(['png', 'webp'] as const)('is also read from a %s', async (format) => {
    const plain = sharp({ create: { width: 90, height: 120, channels: 3, background: '#369' } })
    const path = await store(await plain.withMetadata({ orientation: 6 }).toFormat(format).toBuffer())
    expect(await inspectImage(path)).toEqual({ format, ...size, orientation: 6 })
  })

  it.each([
    ['a number above 8', 9],
    ['zero', 0],
  ])('is 1 for %s', async (_what, value) => {
    const bytes = await orientedJpeg(6, size)
    const tag = bytes.indexOf(Buffer.from('12010300', 'hex'))
    bytes[tag + 8] = value
    expect(tag).toBeGreaterThan(0)
    expect(await inspectImage(await store(bytes))).toMatchObject({ orientation: 1 })
  })

  it.each([
    ['EXIF that points past the end of the file', Buffer.from('4578696600004d4d002affffffff', 'hex')],
    ['EXIF that is not TIFF', Buffer.from('457869660000deadbeefdeadbeef', 'hex')],
  ])('is 1 for %s', async (_what, exif) => {
    const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif])
    const bytes = beforeMarker(await sampleJpeg(size), 0xdb, segment)
    expect(await inspectImage(await store(bytes))).toEqual({ format: 'jpeg', ...size, orientation: 1 })
  })
})

describe('unusual but readable headers', () => {
  it('of JPEG: bytes between the segments are skipped', async () => {
    const stray = Buffer.concat([Buffer.alloc(700, 7), Buffer.from([0xff, 0xff, 0, 0xff])])
    const bytes = beforeMarker(beforeMarker(await sampleJpeg(size), 0xdb, stray), 0xc0, stray)
    expect(await inspectImage(await store(bytes))).toMatchObject(size)
  })

  it('of PNG: an unknown chunk before the header is skipped', async () => {
    expect(
      await inspectImage(await store(withPngChunk(await samplePng(size), 'prVt', Buffer.alloc(9), 8))),
    ).toMatchObject(size)
  })

  it.each([
    ['the canvas, not the frame', { width: 640, height: 480 }, { width: 640, height: 480 }],
    ['a frame that exceeds the canvas', { width: 10, height: 70 }, { width: 60, height: 70 }],
    ['the frame where there is no canvas', { width: 0, height: 0 }, { width: 60, height: 50 }],
  ])('of GIF: %s', async (_what, screen, wanted) => {
    const path = await store(gifOf(screen, [{ left: 20, top: 30, width: 40, height: 20 }]))
    expect(await inspectImage(path)).toMatchObject(wanted)
  })
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

  it('for TIFF and AVIF, although the library could read them', async () => {
    const plain = sharp({ create: { ...size, channels: 3, background: '#369' } })
    for (const bytes of [await plain.clone().tiff().toBuffer(), await plain.clone().avif({ effort: 0 }).toBuffer()])
      expect((await refusal(await store(bytes, 'photo.jpg'))).code).toBe('IMAGE_UNSUPPORTED')
  })

  const jpegWith = async (code: number, bits: number, height = size.height): Promise<Buffer> => {
    const bytes = await sampleJpeg(size)
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
    bytes.set([code], frame + 1)
    bytes.set([bits], frame + 4)
    bytes.writeUInt16BE(height, frame + 5)
    return bytes
  }
  it.each([
    ['a JPEG with 12 bits per sample', () => jpegWith(0xc1, 12)],
    ['a JPEG with 16 bits per sample', () => jpegWith(0xc3, 16)],
    ['a hierarchical JPEG', () => jpegWith(0xc5, 8)],
    ['a JPEG-LS', () => jpegWith(0xf7, 8)],
    ['a JPEG with its height only at the end', () => jpegWith(0xc0, 8, 0)],
    ['CgBI', async () => withPngChunk(await samplePng(size), 'CgBI', Buffer.alloc(4), 8)],
  ])('for %s, with this message', async (what, make) => {
    const { code, message } = await refusal(await store(await make()))
    expect(code).toBe('IMAGE_UNSUPPORTED')
    expect(message).toContain(what)
  })
})

describe('IMAGE_TOO_LARGE', () => {
  it('reports the measured size of a decompression bomb', async () => {
    const error = await refusal(await store(pngClaiming(20_000, 20_000)))
    expect(error).toMatchObject({ code: 'IMAGE_TOO_LARGE', width: 20_000, height: 20_000 })
    expect(error.message).toBe(
      'The image is 20000 x 20000 px: that is 400,000,000 pixels, but at most 50,000,000 are allowed.',
    )
  })

  it('has its limit at exactly 50 million pixels', async () => {
    expect(await inspectImage(await store(pngClaiming(10_000, 5_000)))).toMatchObject({ width: 10_000 })
    expect((await refusal(await store(pngClaiming(10_000, 5_001)))).code).toBe('IMAGE_TOO_LARGE')
  })

  it.each([
    [65_535, 1],
    [1, 65_500],
    [2048, 20_000],
  ])('accepts %i x %i', async (width, height) => {
    expect(await inspectImage(await store(pngClaiming(width, height)))).toMatchObject({ width, height })
  })

  it.each([
    [65_536, 1, 'no side may be longer than 65,535 px'],
    [1, 65_536, 'no side may be longer than 65,535 px'],
    [1, 65_501, 'a JPEG can have at most 65,500 px per side'],
  ])('rejects sides of %i x %i, however few pixels there are', async (width, height, why) => {
    const { code, message } = await refusal(await store(pngClaiming(width, height)))
    expect([code, message]).toEqual(['IMAGE_TOO_LARGE', `The image is ${width} x ${height} px: ${why}.`])
  })

  it('rejects pictures that are too high for a variant of the requested widths', async () => {
    const path = await store(pngClaiming(750, 65_530))
    await expect(inspectImage(path, { widths: [100] })).resolves.toMatchObject({ width: 750 })
    await expect(inspectImage(path, { widths: [100, 1024] })).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
  })

  it('accepts another limit', async () => {
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

  it('for a PNG whose header was changed, without a decoder message', async () => {
    const bytes = await samplePng(size)
    bytes.writeUInt8(121, 19)
    const { code, message } = await refusal(await store(bytes))
    expect([code, message]).toEqual([
      'IMAGE_CORRUPT',
      'The image is damaged: the checksum of its header is wrong. Send the original file again.',
    ])
  })

  it.each([
    [
      'a JPEG of endless segments',
      () => Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from('ffe00002'.repeat(500_000), 'hex')]),
    ],
    [
      'a JPEG that consists of stray bytes',
      () => Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(8_000_000, 1)]),
    ],
    [
      'a GIF of endless blocks',
      () => Buffer.concat([gifOf(size, []).subarray(0, 19), Buffer.from([0x21, 0xfe]), Buffer.alloc(3_000_000, 1)]),
    ],
  ])('for %s, of which only a part is read', async (_what, make) => {
    const { code, message } = await refusal(await store(make()))
    expect([code, message]).toEqual([
      'IMAGE_CORRUPT',
      'The image is damaged: its header has no end. Send the original file again.',
    ])
  })

  it('does not cover damaged pixels, which are not read yet', async () => {
    await expect(inspectImage(await store(await truncatedJpeg()))).resolves.toMatchObject({ width: 640 })
    await expect(inspectImage(await store(await corruptJpeg()))).resolves.toMatchObject({ height: 480 })
  })
})

it('costs the same however many frames a GIF has', async () => {
  const frame = { left: 0, top: 0, width: 1, height: 1 }
  const one = gifOf(size, [frame])
  const body = one.subarray(19, -1)
  const many = Buffer.concat([one.subarray(0, 19), ...Array.from({ length: 500_000 }, () => body), Buffer.from([0x3b])])
  const paths = [await store(one), await store(many)]
  const spent = [0, 0]
  for (let round = 0; round < 10; round++)
    for (const [index, path] of paths.entries()) {
      const began = performance.now()
      await inspectImage(path)
      spent[index]! += performance.now() - began
    }
  expect(spent[1]).toBeLessThan(spent[0]! * 20)
})

it('passes through the error of a missing file', async () => {
  await expect(inspectImage('/nowhere/photo.jpg')).rejects.toMatchObject({ code: 'ENOENT' })
})
