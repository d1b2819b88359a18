import type { Pixels } from './decoding/read-pixels.ts'
import { rgbaToThumbHash } from 'thumbhash'
import { fittedSize } from './decode-image.ts'
import { dominantColor } from './dominant-color.ts'
import { encode, type EncodedFile } from './encode.ts'
import type { MeasuredPx } from './headers/image-error.ts'

/** What a gallery shows of a picture before, and instead of, the picture itself. */
export interface Preview {
  /** A JPEG of at most 320 x 320 pixels. */
  thumb: EncodedFile
  /** About 25 bytes that become a blurred picture (https://evanw.github.io/thumbhash/), in base64. */
  thumbhash: string
  /** The most frequent colour, such as `#7a8b6c`. */
  color: string
}

const THUMB_PX = 320
const THUMB_QUALITY = 75
/** A hash knows less than this. */
const HASHED_PX = 32

/** Pixels that count for the mean of an area, in each direction. */
const SAMPLES = 8

/** Made from the pixels of a variant: all of it costs a twelfth of the work on a photo. */
export async function makePreview(pixels: Pixels, isFlat: boolean): Promise<Preview> {
  const size = fittedSize(pixels, HASHED_PX)
  const tiny = averages(pixels, size)
  return {
    // Half the work of the default kernel; a thumbnail has no details that would suffer.
    thumb: await encode(pixels, fittedSize(pixels, THUMB_PX), { quality: THUMB_QUALITY, isFlat, kernel: 'linear' }),
    thumbhash: Buffer.from(rgbaToThumbHash(size.width, size.height, tiny)).toString('base64'),
    color: dominantColor(tiny),
  }
}

/** Each pixel is the mean of some of those that it covers, with four channels. */
function averages({ data, width, height, channels }: Pixels, size: MeasuredPx): Buffer {
  const rgba = Buffer.alloc(size.width * size.height * 4, 255)
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2]
  for (let y = 0; y < size.height; y++) {
    const rows = covered(y, size.height, height)
    for (let x = 0; x < size.width; x++) {
      const columns = covered(x, size.width, width)
      let [count, reds, greens, blues] = [0, 0, 0, 0]
      for (let row = rows.from; row < rows.to; row += rows.step)
        for (let column = columns.from; column < columns.to; column += columns.step) {
          const at = (row * width + column) * channels
          count += 1
          reds += data[at] ?? 0
          greens += data[at + green] ?? 0
          blues += data[at + blue] ?? 0
        }
      rgba.set(
        [reds, greens, blues].map((sum) => Math.round(sum / count)),
        (y * size.width + x) * 4,
      )
    }
  }
  return rgba
}

/** The pixels of a longer side that a pixel of the shorter covers, and from which to which next. */
function covered(index: number, short: number, long: number): { from: number; to: number; step: number } {
  const from = Math.floor((index * long) / short)
  const to = Math.floor(((index + 1) * long) / short)
  return { from, to, step: Math.max(1, Math.floor((to - from) / SAMPLES)) }
}
