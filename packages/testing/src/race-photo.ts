import sharp from 'sharp'
import { sampleJpeg, type SampleOptions } from './sample-images.ts'

export interface RacePhotoOptions extends SampleOptions {
  /** Digits, one bib for each. */
  numbers: readonly string[]
}

/** Strokes in a field of 60 x 100, as a machine may have no fonts. */
const STROKES = [
  'M30 5C8 5 8 95 30 95C52 95 52 5 30 5Z',
  'M14 22L32 6L32 95',
  'M8 28C8-2 52-2 52 28C52 50 8 72 8 94L54 94',
  'M8 18C16 0 52 0 50 27C49 46 30 47 24 47C34 47 54 50 53 72C52 100 12 100 7 78',
  'M42 95L42 6L6 66L56 66',
  'M50 6L14 6L10 44C20 34 54 36 53 66C52 100 12 100 7 80',
  'M46 6C20 14 6 44 8 68C10 102 52 102 52 68C52 38 14 38 8 66',
  'M6 6L54 6L24 95',
  'M30 47C4 46 6 5 30 5C54 5 56 46 30 47C2 49 2 95 30 95C58 95 58 49 30 47Z',
  'M14 94C40 86 54 56 52 32C50-2 8-2 8 32C8 62 46 62 52 34',
]
const [PAPER, INK] = [245, 22]
/** Of the height of the photo. */
const BIB_HEIGHT = 0.12
/** From one digit to the next, of the height of the bib. */
const PITCH = 0.46
const STEPS = 60

/**
 * A photo-like JPEG with bibs side by side, and where each of them is, in pixels. They are easy to
 * read: `race-photos/` draws those that are not.
 */
export async function racePhoto({ numbers, width = 1600, height = 1200, seed = 1 }: RacePhotoOptions) {
  const { data, info } = await sharp(await sampleJpeg({ width, height, seed }))
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { channels } = info
  const paint = (left: number, top: number, colour: number): void =>
    void data.fill(colour, (top * width + left) * channels, (top * width + left + 1) * channels)
  const bibs = numbers.map((number, index) => {
    const size = Math.round(height * BIB_HEIGHT)
    const bibWidth = Math.round(number.length * size * PITCH + size / 2)
    const left = Math.round(((index + 1) * width) / (numbers.length + 1) - bibWidth / 2)
    return { number, left, top: Math.round(height * 0.45), width: bibWidth, height: size }
  })
  for (const bib of bibs) draw(bib, paint)
  const bytes = await sharp(data, { raw: { width, height, channels } }).jpeg({ quality: 88 }).toBuffer()
  return { bytes, bibs }
}

type Paint = (left: number, top: number, colour: number) => void

/** No SVG: where the image engine is loaded, sharp reads nothing but its four formats. */
function draw(bib: { number: string; left: number; top: number; width: number; height: number }, paint: Paint): void {
  const { number, left, top, width, height } = bib
  for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) paint(x, y, PAPER)
  const scale = (height * 0.6) / 100
  const radius = Math.max(1, Math.round(7 * scale))
  for (const [index, digit] of Array.from(number).entries()) {
    const from = { x: left + height * 0.28 + index * height * PITCH, y: top + height * 0.2 }
    for (const point of pointsOf(STROKES[Number(digit)] ?? ''))
      disc({ x: from.x + point.x * scale, y: from.y + point.y * scale }, radius, paint)
  }
}

function disc({ x, y }: Point, radius: number, paint: Paint): void {
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++)
      if (dx * dx + dy * dy <= radius * radius) paint(Math.round(x + dx), Math.round(y + dy), INK)
}

interface Point {
  x: number
  y: number
}

/** Dense points on a path of lines (L) and cubic Bézier curves (C). */
function pointsOf(path: string): Point[] {
  const points: Point[] = []
  for (const [, command, list = ''] of path.matchAll(/([MLC])([^MLCZ]*)/g)) {
    const given = Array.from(list.matchAll(/(-?[\d.]+)[ ,]?(-?[\d.]+)/g), ([, x, y]) => ({
      x: Number(x),
      y: Number(y),
    }))
    if (command === 'M') points.push(...given)
    else
      for (let at = 0; at < given.length; at += command === 'C' ? 3 : 1)
        points.push(...curve(points, given, at, command))
  }
  return points
}

function curve(before: readonly Point[], given: readonly Point[], at: number, command: string | undefined): Point[] {
  const from = before.at(-1) as Point
  const [a, b, to] =
    command === 'C'
      ? (given.slice(at, at + 3) as [Point, Point, Point])
      : [from, given[at] as Point, given[at] as Point]
  const mix = (t: number, axis: keyof Point): number =>
    (1 - t) ** 3 * from[axis] + 3 * (1 - t) ** 2 * t * a[axis] + 3 * (1 - t) * t ** 2 * b[axis] + t ** 3 * to[axis]
  return Array.from({ length: STEPS }, (_, index) => {
    const t = (index + 1) / STEPS
    return { x: mix(t, 'x'), y: mix(t, 'y') }
  })
}
