import type { SKRSContext2D } from '@napi-rs/canvas'
import { fontNames } from './fonts.ts'
import type { Random } from './random.ts'

interface Size {
  width: number
  height: number
}

const SIGNS = ['FINISH', 'START', 'META', 'SPORT', 'RADIO UNO', 'Banco Norte', 'CITY MARATHON', 'AquaFit', 'Velo & Co']

/** Sky, trees, a street, and what stands beside it: banners, a clock, signs with distances. */
export function drawScene(context: SKRSContext2D, { width, height }: Size, random: Random): void {
  const sky = context.createLinearGradient(0, 0, 0, height)
  sky.addColorStop(0, random.oneOf(['#9cc4ea', '#d5dde6', '#f0d9b5']))
  sky.addColorStop(0.45, '#dfe7ec')
  sky.addColorStop(0.46, '#7c7f83')
  sky.addColorStop(1, '#55585c')
  context.fillStyle = sky
  context.fillRect(0, 0, width, height)
  for (let tree = 0; tree < 40; tree++) {
    context.fillStyle = `hsl(${random.whole(70, 140)} ${random.whole(20, 50)}% ${random.whole(18, 45)}%)`
    context.beginPath()
    const [x, y] = [random.between(0, width), random.between(height * 0.2, height * 0.45)]
    context.ellipse(x, y, width * random.between(0.01, 0.06), height * random.between(0.02, 0.1), 0, 0, 2 * Math.PI)
    context.fill()
  }
  const banners = random.whole(1, 3)
  for (let banner = 0; banner < banners; banner++) {
    const at = { x: width * random.between(0.1, 0.9), y: height * random.between(0.08, 0.3) }
    drawSign(context, random.oneOf(SIGNS), { ...at, size: height * random.between(0.03, 0.06) }, random)
  }
  const aside = { x: width * random.oneOf([0.1, 0.5, 0.9]), y: height * random.between(0.03, 0.06) }
  if (random.chance(0.5)) drawSign(context, sightOf(random), { ...aside, size: height * 0.05 }, random)
}

/** A clock, a distance, or a year in a slogan: numbers, but not of a runner. */
function sightOf(random: Random): string {
  const two = (most: number): string => String(random.whole(0, most)).padStart(2, '0')
  const number = random.whole(1, 42)
  return random.oneOf([
    `${random.whole(0, 5)}:${two(59)}:${two(59)}`,
    `KM ${number}`,
    `${number} km`,
    `SINCE ${random.whole(1950, 2020)}`,
    `${random.whole(5, 42)}K RUN`,
  ])
}

function drawSign(
  context: SKRSContext2D,
  text: string,
  { x, y, size }: { x: number; y: number; size: number },
  random: Random,
): void {
  context.font = `${size}px "${random.oneOf(fontNames())}"`
  const width = context.measureText(text).width + size
  context.fillStyle = `hsl(${random.whole(0, 359)} 70% 30%)`
  context.fillRect(x - width / 2, y - size * 0.8, width, size * 1.6)
  context.fillStyle = '#ffffff'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(text, x, y)
}

/** Head, shirt, arms and shorts around a bib whose digits have that height. */
export function drawRunner(
  context: SKRSContext2D,
  { x, y, digitPx }: { x: number; y: number; digitPx: number },
  random: Random,
): void {
  const unit = digitPx * 2.2
  context.fillStyle = random.oneOf(['#e0ac87', '#c68863', '#8d5a3b', '#5c3a26'])
  context.beginPath()
  context.ellipse(x, y - unit * 1.75, unit * 0.42, unit * 0.55, 0, 0, 2 * Math.PI)
  context.fill()
  for (const side of [-1, 1]) {
    context.beginPath()
    context.ellipse(x + side * unit * 1.05, y - unit * 0.2, unit * 0.22, unit * 0.9, side * 0.3, 0, 2 * Math.PI)
    context.fill()
    context.fillRect(x + side * unit * 0.4 - unit * 0.2, y + unit * 2, unit * 0.4, unit * 2.2)
  }
  context.fillStyle = `hsl(${random.whole(0, 359)} ${random.whole(30, 85)}% ${random.whole(20, 60)}%)`
  context.beginPath()
  context.roundRect(x - unit * 0.95, y - unit * 1.2, unit * 1.9, unit * 2.4, unit * 0.3)
  context.fill()
  context.fillStyle = '#20242c'
  context.fillRect(x - unit * 0.8, y + unit * 1.2, unit * 1.6, unit * 1)
}
