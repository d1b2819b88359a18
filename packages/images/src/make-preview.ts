import { rgbaToThumbHash } from 'thumbhash'
import { fittedSize } from './decode-image.ts'
import type { Pixels } from './decoding/decode.ts'
import { sharp } from './decoding/hardened-sharp.ts'
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
/** A hash knows less than this, and more would cost more than the thumbnail. */
const HASHED_PX = 32

/**
 * The thumbnail is made from the pixels of a variant, and the rest from the thumbnail: all of it
 * costs a twentieth of the work on a photo.
 */
export async function makePreview(pixels: Pixels, isFlat: boolean): Promise<Preview> {
  const small = await scaled(pixels, fittedSize(pixels, THUMB_PX))
  const size = fittedSize(small, HASHED_PX)
  const tiny = averages(small, size)
  return {
    thumb: await encode(small, small, { quality: THUMB_QUALITY, isFlat }),
    thumbhash: Buffer.from(rgbaToThumbHash(size.width, size.height, tiny)).toString('base64'),
    color: dominantColor(tiny),
  }
}

/** Of that size, in three channels. */
async function scaled({ data, width, height, channels }: Pixels, size: MeasuredPx): Promise<Pixels> {
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
  // Half the work of the default kernel; a thumbnail has no details that would suffer.
  image.resize(size.width, size.height, { fit: 'fill', kernel: 'linear' })
  if (channels !== 3) image.removeAlpha().toColourspace('srgb')
  return { ...size, data: await image.raw().toBuffer(), channels: 3 }
}

/** Each pixel is the mean of those that it covers, with four channels. */
function averages({ data, width, height }: Pixels, size: MeasuredPx): Buffer {
  const rgba = Buffer.alloc(size.width * size.height * 4, 255)
  for (let y = 0; y < size.height; y++) {
    const [top, bottom] = covered(y, size.height, height)
    for (let x = 0; x < size.width; x++) {
      const [left, right] = covered(x, size.width, width)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let row = top; row < bottom; row++)
          for (let column = left; column < right; column++) sum += data[(row * width + column) * 3 + channel] ?? 0
        rgba[(y * size.width + x) * 4 + channel] = Math.round(sum / ((bottom - top) * (right - left)))
      }
    }
  }
  return rgba
}

/** The pixels of a longer side, from one to before another, that a pixel of the shorter covers. */
const covered = (index: number, short: number, long: number): [from: number, to: number] => [
  Math.floor((index * long) / short),
  Math.floor(((index + 1) * long) / short),
]
