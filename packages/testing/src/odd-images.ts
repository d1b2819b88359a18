import sharp from 'sharp'
import { sampleJpeg, type SampleOptions } from './sample-images.ts'

/** Start Of Scan: the encoded pixels follow this marker (ITU-T T.81, table B.1). */
const START_OF_SCAN = Buffer.from([0xff, 0xda])

/** A JPEG with a valid header and corrupt pixels: its header can be read, but decoding fails. */
export async function corruptJpeg(options: SampleOptions = {}): Promise<Buffer> {
  const bytes = Buffer.from(await sampleJpeg({ width: 640, height: 480, ...options }))
  const scan = bytes.indexOf(START_OF_SCAN)
  const middle = scan + Math.floor((bytes.length - scan) / 2)
  // Restart markers where none belong: a decoder can neither skip them unnoticed nor mistake them
  // for pixels.
  bytes.fill(Buffer.from([0xff, 0xd3]), middle, middle + 64)
  return bytes
}

/** A JPEG whose second half is missing. */
export async function truncatedJpeg(options: SampleOptions = {}): Promise<Buffer> {
  const bytes = await sampleJpeg({ width: 640, height: 480, ...options })
  return bytes.subarray(0, Math.floor(bytes.length / 2))
}

/** The content of every orientedJpeg once its orientation is applied: one colour per quarter. */
export const ORIENTED_QUARTERS = {
  topLeft: [255, 0, 0],
  topRight: [0, 255, 0],
  bottomLeft: [0, 0, 255],
  bottomRight: [255, 255, 255],
} as const

/**
 * Where the stored pixel (x, y) is displayed, by EXIF orientation, in a picture displayed as
 * `width` x `height` (EXIF 2.32, tag 0x0112).
 */
const shownAt: Record<number, (x: number, y: number, width: number, height: number) => readonly [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y, width) => [width - 1 - x, y],
  3: (x, y, width, height) => [width - 1 - x, height - 1 - y],
  4: (x, y, _width, height) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, width) => [width - 1 - y, x],
  7: (x, y, width, height) => [width - 1 - y, height - 1 - x],
  8: (x, y, _width, height) => [y, height - 1 - x],
}

/**
 * A JPEG stored rotated or mirrored with the EXIF orientation that reverts it. Whatever the
 * orientation (1 to 8), a viewer shows `width` x `height` pixels with the colours of
 * `orientedQuarters`.
 */
export async function orientedJpeg(
  orientation: number,
  { width = 320, height = 200 }: SampleOptions = {},
): Promise<Buffer> {
  const shown = shownAt[orientation]
  if (shown === undefined) throw new RangeError('orientation: 1 to 8')
  const stored = orientation >= 5 ? { width: height, height: width } : { width, height }
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < stored.height; y++)
    for (let x = 0; x < stored.width; x++)
      data.set(quarterColour(shown(x, y, width, height), width, height), (y * stored.width + x) * 3)
  return sharp(data, { raw: { ...stored, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg({ quality: 95 })
    .toBuffer()
}

function quarterColour([x, y]: readonly [number, number], width: number, height: number): readonly number[] {
  if (y < height / 2) return x < width / 2 ? ORIENTED_QUARTERS.topLeft : ORIENTED_QUARTERS.topRight
  return x < width / 2 ? ORIENTED_QUARTERS.bottomLeft : ORIENTED_QUARTERS.bottomRight
}
