import { decode } from './decoding/decode.ts'
import { judgeEncoding } from './decoding/judge-error.ts'
import type { Pixels, Source } from './decoding/read-pixels.ts'
import { giveBack } from './decoding/give-back.ts'
import { encode, type EncodedFile, type Encoding } from './encode.ts'
import type { MeasuredPx } from './headers/image-error.ts'
import { checkedSize } from './inspect-image.ts'
import { isFlat } from './is-flat.ts'
import { makePreview, type Preview } from './make-preview.ts'
import { DEFAULT_MAX_PIXELS, DEFAULT_WIDTHS } from './limits.ts'
import { readHeader } from './read-header.ts'
import { scaledSize } from './scaled-size.ts'
import { turnedSize } from './headers/turned-size.ts'

export interface VariantOptions {
  /** Widths in pixels, one variant each. A source narrower than a width keeps its size. */
  widths?: readonly number[]
  /** JPEG quality 1 to 100. Default 85. */
  quality?: number
  /** Maximum number of pixels (width x height) of the source. Default 50 million. */
  maxPixels?: number
}

export type VariantStage = 'decode' | 'encode'

export interface VariantHooks {
  /**
   * Called at the start of each stage, and with ('encode', 100) at the end. Percentage of the
   * engine's own work, 0 to 100.
   */
  onStage?(stage: VariantStage, percent: number): void
}

export interface Variant {
  /** The requested width, as a name: '1024'. */
  resolution: string
  /** Pixels of the picture in `bytes`. */
  width: number
  height: number
  format: 'jpeg'
  bytes: Buffer
  /** Hex MD5 of `bytes`: a name for the output, not proof of identity for uploaded data. */
  md5: string
}

/** What is made of a picture. */
export interface Pictures {
  /** In the order of the widths. */
  variants: Variant[]
  preview: Preview
}

/** Share of decoding in the work: two thirds to three quarters, measured on camera photos. */
const DECODED_PERCENT = 70

/**
 * Creates the JPEG variants of an image file and its preview. Upright (EXIF orientation applied),
 * first frame only, alpha on white, sRGB, without metadata.
 *
 * The source is decoded once, to the largest width, and the smaller variants are made from those
 * pixels: about 1.4 times the throughput of one pipeline per width. Photos lose nothing: compared
 * with a full decode the smaller variant has 44 dB on the most detailed one tried, whereas a direct
 * resize, which uses the low-quality shrinking of the JPEG decoder, has 35. Text and drawings would
 * lose 1 to 4 dB, so their smaller variants are decoded separately.
 *
 * Throws ImageError, see inspectImage; IMAGE_CORRUPT also for missing pixels. ResourceError if
 * memory or threads are lacking. System errors pass through.
 */
export async function makeVariants(
  sourcePath: string,
  options: VariantOptions = {},
  hooks: VariantHooks = {},
): Promise<Pictures> {
  const { widths = DEFAULT_WIDTHS, quality = 85, maxPixels = DEFAULT_MAX_PIXELS } = options
  checkWidths(widths)
  hooks.onStage?.('decode', 0)
  const header = await readHeader(sourcePath)
  const seen = checkedSize(header, { maxPixels, widths })
  const sizes = widths.map((width) => scaledSize(seen, width))
  const source = { path: sourcePath, header, size: scaledSize(seen, Math.max(...widths)), maxPixels }
  try {
    const pixels = await decode(source)
    hooks.onStage?.('encode', DECODED_PERCENT)
    const flat = isFlat(pixels)
    const [files, preview] = await Promise.all([
      encodeAll({ ...source, pixels }, sizes, { quality, isFlat: flat }),
      makePreview(pixels, flat),
    ])
    giveBack(pixels.data)
    hooks.onStage?.('encode', 100)
    return { variants: files.map((file, index) => ({ resolution: String(widths[index]), ...file })), preview }
  } catch (error) {
    throw await judgeEncoding(error, header)
  }
}

/**
 * All sizes at once, each on its own thread. Equal sizes (a source narrower than both widths) are
 * encoded once.
 */
async function encodeAll(
  { pixels, ...source }: Source & { pixels: Pixels },
  sizes: readonly MeasuredPx[],
  encoding: Encoding,
): Promise<EncodedFile[]> {
  const decodesAnew = encoding.isFlat && gainsByDecoding(source)
  const makeFile = async (size: MeasuredPx): Promise<EncodedFile> => {
    const from = decodesAnew && size.width < pixels.width ? await decode({ ...source, size }) : pixels
    return encode(from, size, encoding)
  }
  const bySize = new Map<number, Promise<EncodedFile>>()
  for (const size of sizes) if (!bySize.has(size.width)) bySize.set(size.width, makeFile(size))
  return Promise.all(sizes.map((size) => bySize.get(size.width) as Promise<EncodedFile>))
}

/** The pixels of both variants are in memory then. */
const MAX_PIXELS_TO_DECODE_ANEW = 25_000_000

/**
 * If the large variant is not the source itself, and the JPEG decoder would not shrink by itself,
 * which it does from a factor of two on.
 */
function gainsByDecoding({ header, size }: Source): boolean {
  const { width } = turnedSize(header, header.orientation)
  if (size.width * size.height > MAX_PIXELS_TO_DECODE_ANEW) return false
  return width > size.width && (header.format !== 'jpeg' || width < size.width * 2)
}

function checkWidths(widths: readonly number[]): void {
  const isWidth = (width: number): boolean => Number.isSafeInteger(width) && width > 0
  if (widths.length === 0 || !widths.every(isWidth)) throw new RangeError('widths: whole numbers above 0, at least one')
}
