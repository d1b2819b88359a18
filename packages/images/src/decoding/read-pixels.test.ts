import { expect, it } from 'vitest'
import { imageFiles } from '../../test/image-files.ts'
import { turnedSize } from '../headers/turned-size.ts'
import { readHeader } from '../read-header.ts'
import { sharp } from './hardened-sharp.ts'
import { readPixels } from './read-pixels.ts'

const store = imageFiles()
const [WIDTH, HEIGHT] = [90, 70]

/** Noise of 16 bits, partly transparent. */
async function noise(): Promise<string> {
  const data = Buffer.alloc(WIDTH * HEIGHT * 4)
  for (let at = 0; at < data.length; at++) data[at] = (at * at * 31 + at * 7) & 255
  const image = sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } })
  return store(await image.toColourspace('rgb16').withIccProfile('p3').png().toBuffer())
}

const orientations = [1, 2, 3, 4, 5, 6, 7, 8]
const sizes = [
  [90, 70],
  [63, 49],
] as const

it.each(orientations.flatMap((orientation) => sizes.map((size) => [orientation, ...size] as const)))(
  'a picture of orientation %i, scaled to %i x %i, is the same in strips',
  async (orientation, width, height) => {
    const path = await noise()
    const header = { ...(await readHeader(path)), orientation }
    const size = turnedSize({ width, height }, orientation)
    const source = { path, header, size, maxPixels: 1e6 }
    const whole = await readPixels(source, { file: path, failOn: 'warning' })
    const strips = await readPixels(source, { file: path, failOn: 'warning' }, width * 8 * 12)
    expect([strips.width, strips.height, strips.channels]).toEqual([size.width, size.height, 3])
    expect(strips.data.equals(whole.data)).toBe(true)
  },
)
