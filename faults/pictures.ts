import { corruptJpeg, sampleJpeg } from '@darkroom/testing'

/** A photo to upload: many share their pixels, but none its bytes or its name. */
export interface Picture {
  /** The file name that the client sends. */
  name: string
  /**
   * Pictures with the same mark have the same pixels, so their variants must have the same bytes.
   */
  mark: string
  bytes: Buffer
  /** Whether it can be processed. */
  good: boolean
}

const BASES = 8
const bases = new Map<string, Promise<Buffer>>()

/**
 * The nth photo of a scenario. Drawing pixels is slow, so a few drawings are made distinct by a
 * comment in the file.
 */
export async function pictureOf(index: number, label = 'photo', widthPx = 1600): Promise<Picture> {
  const seed = (index % BASES) + 1
  const base = `${widthPx} px, base ${seed}`
  if (!bases.has(base)) bases.set(base, sampleJpeg({ width: widthPx, height: Math.round(widthPx * 0.75), seed }))
  const bytes = withComment((await bases.get(base)) ?? Buffer.alloc(0), `${label} ${index}`)
  return { name: `${label}-${index}.jpg`, mark: base, bytes, good: true }
}

/** Looks like a JPEG when it is uploaded, but cannot be decoded. */
export async function corruptPicture(index: number): Promise<Picture> {
  return {
    name: `corrupt-${index}.jpg`,
    mark: 'corrupt',
    bytes: withComment(await corruptJpeg(), `corrupt ${index}`),
    good: false,
  }
}

/** A COM segment right after the start of the image (ITU T.81, B.2.4.5). */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const text = Buffer.from(comment)
  const segment = Buffer.from([0xff, 0xfe, (text.length + 2) >> 8, (text.length + 2) & 0xff])
  return Buffer.concat([jpeg.subarray(0, 2), segment, text, jpeg.subarray(2)])
}
