import type { ImageHeader } from '../headers/header.ts'
import { toImageError, toResourceError } from './decode-error.ts'
import { sharp } from './hardened-sharp.ts'
import { ResourceError } from './resource-error.ts'

const MIB = 1024 ** 2
/** The most that a decoder needs per pixel (lossless WebP), and more than it needs beside that. */
const BYTES_PER_PIXEL = 12
const BYTES_BESIDE = 256 * MIB
/** Small enough that an almost empty machine does not refuse one for its size alone. */
const BLOCK_BYTES = 64 * MIB

/**
 * What an error of the decoder means: a verdict on the file, unless this process lacks what any
 * file of that format and size may need. The decoder's message is not enough: some decoders report
 * a lack of memory as damage.
 */
export const judgeDecoding = (error: unknown, header: ImageHeader): Promise<unknown> =>
  judge(error, toImageError(error), header)

/** Whatever happens after decoding is no verdict on the file. */
export const judgeEncoding = (error: unknown, header: ImageHeader): Promise<unknown> =>
  judge(error, toResourceError(error), header)

/** What is the same afterwards was known: verdicts of our own parsers, and system errors. */
async function judge(error: unknown, verdict: unknown, header: ImageHeader): Promise<unknown> {
  return verdict === error || (await hasResources(header)) ? verdict : new ResourceError('OUT_OF_RESOURCES', error)
}

async function hasResources({ format, width, height }: ImageHeader): Promise<boolean> {
  try {
    reserve(width * height * BYTES_PER_PIXEL + BYTES_BESIDE)
    const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: '#369' } })
    await sharp(await picture.toFormat(format).toBuffer())
      .resize(4, 4)
      .raw()
      .toBuffer()
    return true
  } catch {
    return false
  }
}

/** Throws if this process may not have that much more memory. It is not written to, so it costs nothing. */
function reserve(bytes: number): void {
  const blocks: ArrayBuffer[] = []
  try {
    for (let left = bytes; left > 0; left -= BLOCK_BYTES) blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES).buffer)
  } finally {
    for (const block of blocks) block.transfer(0)
  }
}
