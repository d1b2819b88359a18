import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { corpusFolder } from '@darkroom/testing'
import { describe, expect, it } from 'vitest'
import { sharp } from './decoding/hardened-sharp.ts'
import { inspectImage } from './inspect-image.ts'
import { makeVariants } from './make-variants.ts'

const chart = ['c82828', '28a03c', '283cc8', 'e6c832']
const inP3 = ['da001a', '00a328', '223dd0', 'ecc700']
const grey = ['9f9f9f', 'b2b2b2', '8f8f8f', 'e1e1e1']
const asLight = ['e56f6f', '6ed085', '6e85e5', 'f3e57a']
const white = ['ffffff', 'ffffff', 'ffffff', 'ffffff']

/** The colours near the corners of each picture, and the size of its large variant. */
const shown: [file: string, corners: string[], size?: [number, number]][] = [
  ['chart.png', chart],
  ['jpeg-samsung-sos.jpg', chart],
  ['jpeg-extraneous-rst.jpg', chart],
  ['jpeg-no-eoi.jpg', chart],
  ['png-no-adler.png', chart],
  ['png16-srgb-profile.png', chart],
  ['png16-p3-profile.png', inP3],
  ['png8-p3-profile.png', inP3],
  ['png16-grey-linear-profile.png', grey],
  ['png-gama-linear.png', asLight],
  ['jpeg-portrait-o6.jpg', chart, [1024, 640]],
  ['gif-canvas-810x610-frame-at-200-150.gif', white, [810, 610]],
]

/** Files that are refused at the upload. */
const refused: [file: string, code: string][] = [
  ['png-3x65535.png', 'IMAGE_TOO_LARGE'],
  ['jpeg-12-bit.jpg', 'IMAGE_UNSUPPORTED'],
  ['png-cgbi-xcode.png', 'IMAGE_UNSUPPORTED'],
  ['png-ihdr-crc.png', 'IMAGE_CORRUPT'],
  ['heic-named-IMG_0001.JPG', 'IMAGE_UNSUPPORTED'],
  ['empty.jpg', 'IMAGE_UNSUPPORTED'],
]

const folder = join(corpusFolder() ?? '', 'field')

describe.skipIf(!existsSync(join(folder, 'chart.png')))('files from the field', () => {
  it.each(shown)('%s is displayed', async (file, corners, [width, height] = [1024, 768]) => {
    const [large] = (await makeVariants(join(folder, file))).variants
    expect([large?.width, large?.height]).toEqual([width, height])
    for (const [index, colour] of (await cornersOf(large?.bytes)).entries()) {
      const off = [...colour].map((value, channel) =>
        Math.abs(value - (Buffer.from(corners[index] ?? '', 'hex')[channel] ?? -999)),
      )
      expect(Math.max(...off), `${colour.toString('hex')} is not ${corners[index]}`).toBeLessThanOrEqual(5)
    }
  })

  it.each(refused)('%s is refused as %s', async (file, code) => {
    await expect(inspectImage(join(folder, file))).rejects.toMatchObject({ code })
  })

  it('half of the pixels are not a picture', async () => {
    await expect(makeVariants(join(folder, 'control-half-then-eoi.jpg'))).rejects.toMatchObject({
      code: 'IMAGE_CORRUPT',
    })
  })

  it('the chart takes no more bytes than its PNG', async () => {
    const [large] = (await makeVariants(join(folder, 'chart.png'))).variants
    expect(large?.bytes.length).toBeLessThan(11_000)
  })
})

async function cornersOf(bytes: Buffer | undefined): Promise<Buffer[]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number): Buffer => {
    const pixel = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    return data.subarray(pixel, pixel + 3)
  }
  return [at(0.1, 0.1), at(0.9, 0.1), at(0.1, 0.9), at(0.9, 0.9)]
}
