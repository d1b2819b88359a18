import type { SKRSContext2D } from '@napi-rs/canvas'
import { fontNames } from './fonts.ts'
import type { Random } from './random.ts'

export interface Bib {
  number: string
  /** Of its middle, in pixels of the photo. */
  x: number
  y: number
  /** Height of its digits. */
  digitPx: number
  /** How many digits from the left are under a hand. */
  hiddenDigits: number
}

const COLOURS = [
  { paper: '#fdfdfb', ink: '#141414' },
  { paper: '#fdfdfb', ink: '#b3121d' },
  { paper: '#fdfdfb', ink: '#12348f' },
  { paper: '#ffe14a', ink: '#141414' },
  { paper: '#1d4fa3', ink: '#ffffff' },
  { paper: '#c51f2b', ink: '#ffffff' },
  { paper: '#bfe6c6', ink: '#0d3b1d' },
] as const
const NAMES = ['ANNA', 'LUIS', 'MARTA', 'JONAS', 'PEDRO', 'SOFIA', 'EMIL', 'CLARA', 'TOM', 'LUCIA', 'PABLO', 'IRIS']
const SPONSORS = [
  'Sol Energia',
  'CITY RUN',
  'Banco Norte',
  'fresh water',
  'RADIO UNO',
  'AquaFit',
  'Marathon',
  'Velo & Co',
]
const MOST_TILT = 0.35
const MOST_SKEW = 0.25

/** Draws a bib as worn: tilted, skewed, folded, with a name and a sponsor, perhaps under a hand. */
export function drawBib(context: SKRSContext2D, bib: Bib, random: Random): void {
  const { number, x, y, digitPx, hiddenDigits } = bib
  const { paper, ink } = random.oneOf(COLOURS)
  const font = random.oneOf(fontNames())
  context.save()
  context.translate(x, y)
  context.rotate(random.between(-MOST_TILT, MOST_TILT) * random.between(0.2, 1))
  context.transform(1, random.between(-MOST_SKEW, MOST_SKEW) / 2, random.between(-MOST_SKEW, MOST_SKEW), 1, 0, 0)
  // A body turned away makes it narrower.
  context.scale(random.between(0.72, 1), 1)
  context.font = `${digitPx * 1.35}px "${font}"`
  const digitsWidth = context.measureText(number).width
  const width = Math.max(digitsWidth * random.between(1.15, 1.5), digitPx * 1.8)
  const height = digitPx * random.between(1.9, 2.6)
  context.fillStyle = paper
  context.fillRect(-width / 2, -height / 2, width, height)
  drawPins(context, width, height)
  context.fillStyle = ink
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(number, 0, 0)
  drawSmallPrint(context, { width, height, digitPx, font, ink }, random)
  if (random.chance(0.5)) drawFold(context, width, height, random)
  if (hiddenDigits > 0) drawHand(context, { edge: -digitsWidth / 2, each: digitsWidth / number.length, bib }, random)
  context.restore()
}

function drawPins(context: SKRSContext2D, width: number, height: number): void {
  context.fillStyle = '#777'
  for (const [across, down] of [
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
  ] as const) {
    context.beginPath()
    context.arc(across * width * 0.46, down * height * 0.45, height * 0.015, 0, 2 * Math.PI)
    context.fill()
  }
}

interface Sheet {
  width: number
  height: number
  digitPx: number
  font: string
  ink: string
}

function drawSmallPrint(context: SKRSContext2D, { width, height, digitPx, font, ink }: Sheet, random: Random): void {
  const print = (text: string, y: number, size: number): void => {
    context.font = `${size}px "${font}"`
    context.fillText(text, 0, y, width * 0.9)
  }
  const margin = (height - digitPx) / 2
  const top = -height / 2 + margin * 0.45
  if (random.chance(0.7)) {
    context.fillStyle = random.oneOf(['#0a7a3d', '#c0392b', '#23408e'])
    context.fillRect(-width / 2, -height / 2, width, margin * 0.75)
    context.fillStyle = '#ffffff'
    print(random.oneOf(SPONSORS), top, margin * 0.5)
  }
  context.fillStyle = ink
  if (random.chance(0.6)) print(random.oneOf(NAMES), height / 2 - margin * 0.45, margin * 0.55)
}

/** A crease: one side of it is in the shade. */
function drawFold(context: SKRSContext2D, width: number, height: number, random: Random): void {
  const at = random.between(-0.35, 0.35) * width
  const breadth = width * random.between(0.05, 0.2)
  const shade = context.createLinearGradient(at - breadth, 0, at + breadth, 0)
  shade.addColorStop(0, 'rgba(0,0,0,0)')
  shade.addColorStop(0.5, `rgba(0,0,0,${random.between(0.15, 0.45)})`)
  shade.addColorStop(0.52, `rgba(255,255,255,${random.between(0.1, 0.35)})`)
  shade.addColorStop(1, 'rgba(255,255,255,0)')
  context.fillStyle = shade
  context.fillRect(-width / 2, -height / 2, width, height)
}

/** A fist with a forearm over the first digits. */
function drawHand(
  context: SKRSContext2D,
  { edge, each, bib: { digitPx, hiddenDigits } }: { edge: number; each: number; bib: Bib },
  random: Random,
): void {
  const right = edge + each * (hiddenDigits - 0.02)
  const breadth = each * hiddenDigits + digitPx * 0.8
  context.fillStyle = random.oneOf(['#e0ac87', '#c68863', '#8d5a3b', '#5c3a26'])
  context.beginPath()
  context.roundRect(right - breadth, -digitPx * 0.75, breadth, digitPx * 1.5, digitPx * 0.25)
  context.fill()
  context.beginPath()
  context.roundRect(right - breadth - digitPx * 3, -digitPx * 0.4, digitPx * 3.2, digitPx * 0.9, digitPx * 0.3)
  context.fill()
}
