import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import sharp from 'sharp'
import { type Bib, drawBib } from './draw-bib.ts'
import { drawRunner, drawScene } from './draw-scene.ts'
import { createRandom, type Random } from './random.ts'

export interface DrawRaceOptions {
  /** The same seed draws the same photo. */
  seed: number
  /** Pixels; by the seed if it is not given, 1600 to 3600. */
  width?: number
}

export interface DrawnRace {
  /** A JPEG. */
  bytes: Buffer
  /** The numbers that can be read in it. */
  numbers: string[]
  /** Partly hidden numbers, and what is left of them: finding one is neither right nor wrong. */
  optional: string[]
}

/** Shares of bibs with 1, 2, … digits: as in a race of some thousand runners. */
const DIGITS = [1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5]
/** Height of digits, relative to the width of the photo: from a crowd to a portrait. */
const MOST_DIGIT_SHARE = 0.06
const PORTRAIT_DIGIT_SHARE = 0.16
const LEAST_DIGIT_SHARE = 0.011
const LEAST_DIGIT_PX = 20

/**
 * A drawn race photo: runners with tilted, skewed, folded and partly hidden bibs in front of
 * banners, clocks and signs, blurred in part, with noise.
 */
export async function drawRace({ seed, width: wanted }: DrawRaceOptions): Promise<DrawnRace> {
  const random = createRandom(seed)
  const width = wanted ?? random.whole(100, 225) * 16
  const height = Math.round((width * 2) / 3)
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  drawScene(context, { width, height }, random)
  const bibs = placeBibs(width, height, random)
  for (const bib of bibs) addRunner(context, bib, random)
  return { bytes: await photographed(context, { width, height }, random), ...labelsOf(bibs) }
}

/** Drawn apart, so that a blur is computed once and not for each of its shapes. */
function addRunner(context: SKRSContext2D, bib: Bib, random: Random): void {
  const side = Math.ceil(bib.digitPx * 14)
  const layer = createCanvas(side, side)
  const runner = layer.getContext('2d')
  const inLayer = { ...bib, x: side / 2, y: side / 2 }
  drawRunner(runner, inLayer, random)
  drawBib(runner, inLayer, random)
  const isSharp = random.chance(0.65)
  context.filter = isSharp ? 'none' : `blur(${(bib.digitPx * random.between(0.01, 0.045)).toFixed(2)}px)`
  context.drawImage(layer, bib.x - side / 2, bib.y - side / 2)
}

/** One per column, so that nobody covers anybody else; those at the back are smaller and higher. */
function placeBibs(width: number, height: number, random: Random): Bib[] {
  const count = random.oneOf([1, 2, 3, 4, 5, 6])
  const largest = count === 1 ? PORTRAIT_DIGIT_SHARE : MOST_DIGIT_SHARE
  return Array.from({ length: count }, (_, column): Bib => {
    const nearness = random.between(0, 1)
    const share = LEAST_DIGIT_SHARE + nearness * (largest - LEAST_DIGIT_SHARE)
    const digits = random.oneOf(DIGITS)
    const number = String(random.whole(10 ** (digits - 1), 10 ** digits - 1))
    // Five digits of that height must fit into the column.
    const most = width / count / 4.2
    return {
      number,
      x: ((column + random.between(0.45, 0.55)) * width) / count,
      y: height * (0.5 + nearness * random.between(0.05, 0.2)),
      digitPx: Math.min(most, Math.max(LEAST_DIGIT_PX, width * share)),
      hiddenDigits: digits > 2 && random.chance(0.12) ? 1 : 0,
    }
  })
}

/** Noise, and the losses of a JPEG. */
async function photographed(
  context: SKRSContext2D,
  { width, height }: { width: number; height: number },
  random: Random,
): Promise<Buffer> {
  const { data } = context.getImageData(0, 0, width, height)
  const strength = random.between(2, 14)
  const noise = Float32Array.from({ length: 8191 }, () => random.between(-1, 1) * strength)
  for (let at = 0; at < data.length; at++) data[at] = (data[at] as number) + (noise[at % noise.length] as number)
  return sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality: random.whole(60, 92) })
    .toBuffer()
}

const labelsOf = (bibs: readonly Bib[]): Pick<DrawnRace, 'numbers' | 'optional'> => ({
  numbers: bibs.filter(({ hiddenDigits }) => hiddenDigits === 0).map(({ number }) => number),
  optional: bibs.flatMap(({ number, hiddenDigits }) => (hiddenDigits > 0 ? [number, number.slice(hiddenDigits)] : [])),
})
