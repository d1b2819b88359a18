import sharp from 'sharp'

export interface SampleOptions {
  /** Pixels. Default 1600 x 1200. */
  width?: number
  height?: number
  /** Different seeds give different pictures; the same seed gives the same bytes. */
  seed?: number
}

interface Pixels {
  data: Buffer
  raw: { width: number; height: number; channels: 3 }
}

/**
 * A photo-like JPEG of realistic size (about 0.2 to 0.3 bytes per pixel): soft shapes with camera
 * noise.
 */
export async function sampleJpeg(options: SampleOptions = {}): Promise<Buffer> {
  return (await photo(options)).jpeg({ quality: 85 }).toBuffer()
}

/** A PNG whose right half is transparent and whose left half is a photo. */
export async function samplePng(options: SampleOptions = {}): Promise<Buffer> {
  const { data, raw } = await photoPixels(options)
  const alpha = Buffer.alloc(raw.width * raw.height, 255)
  for (let row = 0; row < raw.height; row++)
    alpha.fill(0, row * raw.width + Math.floor(raw.width / 2), (row + 1) * raw.width)
  return sharp(data, { raw })
    .joinChannel(alpha, { raw: { ...raw, channels: 1 } })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

export async function sampleWebp(options: SampleOptions = {}): Promise<Buffer> {
  return (await photo(options)).webp({ quality: 80, effort: 0 }).toBuffer()
}

/** An animated GIF: two frames, the first red and the second blue. */
export async function sampleGif({ width = 320, height = 240 }: SampleOptions = {}): Promise<Buffer> {
  const frame = (background: string): ReturnType<typeof sharp> =>
    sharp({ create: { width, height, channels: 3, background } })
  const frames = await Promise.all(['#ff0000', '#0000ff'].map((colour) => frame(colour).png().toBuffer()))
  return sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer()
}

async function photo(options: SampleOptions): Promise<ReturnType<typeof sharp>> {
  const { data, raw } = await photoPixels(options)
  return sharp(data, { raw })
}

async function photoPixels({ width = 1600, height = 1200, seed = 1 }: SampleOptions): Promise<Pixels> {
  const random = createRandom(seed)
  const shapes = { width: 12, height: 9, channels: 3 } as const
  const coarse = Buffer.from(Array.from({ length: 12 * 9 * 3 }, () => random() % 256))
  const data = await sharp(coarse, { raw: shapes })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer()
  addNoise(data, random)
  return { data, raw: { width, height, channels: 3 } }
}

/**
 * Noise is read from a table with a random start each time: a random number per pixel would be too
 * slow.
 */
function addNoise(data: Buffer, random: () => number): void {
  const table = Int8Array.from({ length: 65_536 }, () => (random() % 29) - 14)
  for (let start = 0; start < data.length; start += 32_768) {
    const offset = random() % 32_768
    const end = Math.min(start + 32_768, data.length)
    for (let at = start; at < end; at++) {
      const value = (data[at] as number) + (table[offset + at - start] as number)
      data[at] = value < 0 ? 0 : value > 255 ? 255 : value
    }
  }
}

/** Marsaglia's xorshift32: small, fast and deterministic everywhere. */
function createRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>>= 0)
  }
}
