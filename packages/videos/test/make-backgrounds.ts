// Draws the backgrounds that ship with this package: node --conditions=source test/make-backgrounds.ts
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'

/** 5:4, so that both a wide and an upright video show most of the middle. */
const WIDTH = 2400
const HEIGHT = 1920
const QUALITY = 82

type Stop = [at: number, colour: string]

function gradient(context: SKRSContext2D, [from, to]: [number, number], stops: Stop[]): void {
  const fill = context.createLinearGradient(0, from, 0, to)
  for (const [at, colour] of stops) fill.addColorStop(at, colour)
  context.fillStyle = fill
}

/** Repeatable noise in one dimension, between -1 and 1. */
function noise(x: number, seed: number): number {
  let sum = 0
  for (let octave = 0; octave < 6; octave++) {
    const at = x * 2 ** octave + seed * 17.3
    const whole = Math.floor(at)
    const part = at - whole
    const smooth = part * part * (3 - 2 * part)
    sum += (hash(whole + octave * 131) * (1 - smooth) + hash(whole + 1 + octave * 131) * smooth) / 2 ** octave
  }
  return sum / 1.97
}

function hash(value: number): number {
  const sine = Math.sin(value * 127.1) * 43_758.5453
  return (sine - Math.floor(sine)) * 2 - 1
}

interface Ridge {
  base: number
  height: number
  seed: number
  roughness: number
  /** Where it comes down to its base. */
  end?: number
}

function ridge(context: SKRSContext2D, { base, height, seed, roughness, end = WIDTH * 9 }: Ridge): void {
  context.beginPath()
  context.moveTo(0, HEIGHT)
  for (let x = 0; x <= Math.min(WIDTH, end); x += 4) {
    const tall = Math.sqrt(Math.min(1, (end - x) / 700))
    context.lineTo(x, base - height * tall * (0.5 + 0.5 * noise((x / WIDTH) * roughness, seed)))
  }
  context.lineTo(Math.min(WIDTH, end), HEIGHT)
  context.closePath()
  context.fill()
}

function glow(context: SKRSContext2D, x: number, y: number, radius: number, colour: string): void {
  const fill = context.createRadialGradient(x, y, 0, x, y, radius)
  fill.addColorStop(0, `rgba(${colour}, 0.9)`)
  fill.addColorStop(0.12, `rgba(${colour}, 0.5)`)
  fill.addColorStop(1, `rgba(${colour}, 0)`)
  context.fillStyle = fill
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2)
}

function mountains(context: SKRSContext2D): void {
  gradient(
    context,
    [0, HEIGHT * 0.8],
    [
      [0, '#27457f'],
      [0.45, '#6f8fc4'],
      [0.75, '#f2b892'],
      [1, '#ffe0b5'],
    ],
  )
  context.fillRect(0, 0, WIDTH, HEIGHT)
  glow(context, WIDTH * 0.66, HEIGHT * 0.55, 900, '255, 236, 200')
  const layers: [number, number, string, string, number][] = [
    [0.66, 520, '#8195bb', '#c9b9c0', 5],
    [0.74, 460, '#5c759f', '#93a0bb', 6],
    [0.83, 380, '#3c567f', '#6480a3', 7],
    [0.92, 300, '#23395c', '#3d5a80', 9],
    [1.03, 260, '#101e38', '#1f3453', 12],
  ]
  for (const [at, height, top, bottom, roughness] of layers) {
    gradient(
      context,
      [HEIGHT * at - height, HEIGHT * at + 120],
      [
        [0, top],
        [1, bottom],
      ],
    )
    ridge(context, { base: HEIGHT * at, height, seed: at * 100, roughness })
  }
}

function coast(context: SKRSContext2D): void {
  const horizon = HEIGHT * 0.56
  gradient(
    context,
    [0, horizon],
    [
      [0, '#1d5fa6'],
      [0.6, '#6fb4e0'],
      [1, '#dff1f4'],
    ],
  )
  context.fillRect(0, 0, WIDTH, horizon)
  glow(context, WIDTH * 0.7, horizon - 170, 760, '255, 250, 225')
  gradient(
    context,
    [horizon - 160, horizon],
    [
      [0, '#7fa3bd'],
      [1, '#a9c6d3'],
    ],
  )
  ridge(context, { base: horizon + 2, height: 190, seed: 42, roughness: 4, end: WIDTH * 0.58 })
  gradient(
    context,
    [horizon, HEIGHT],
    [
      [0, '#8fcbd6'],
      [0.25, '#2f93b5'],
      [1, '#0d4a78'],
    ],
  )
  context.fillRect(0, horizon, WIDTH, HEIGHT - horizon)
  for (let wave = 0; wave < 420; wave++) {
    const depth = ((hash(wave) + 1) / 2) ** 2
    const y = horizon + 6 + depth * (HEIGHT - horizon)
    const x = ((hash(wave + 0.5) + 1) / 2) * WIDTH
    const length = 30 + depth * 320
    const towardsSun = Math.max(0, 1 - Math.abs(x - WIDTH * 0.7) / (260 + depth * 500))
    context.strokeStyle = `rgba(255, 255, 245, ${0.06 + 0.4 * towardsSun * (1 - depth * 0.5)})`
    context.lineWidth = 1.5 + depth * 7
    context.lineCap = 'round'
    context.beginPath()
    context.moveTo(x - length / 2, y)
    context.quadraticCurveTo(x, y - length * 0.05, x + length / 2, y)
    context.stroke()
  }
}

function city(context: SKRSContext2D): void {
  gradient(
    context,
    [0, HEIGHT],
    [
      [0, '#141b3d'],
      [0.4, '#40427d'],
      [0.68, '#c2688a'],
      [0.8, '#ffb27d'],
      [1, '#ffcf9a'],
    ],
  )
  context.fillRect(0, 0, WIDTH, HEIGHT)
  for (let star = 0; star < 160; star++) {
    context.fillStyle = `rgba(255, 255, 255, ${0.15 + 0.5 * Math.abs(hash(star + 0.2))})`
    const x = ((hash(star) + 1) / 2) * WIDTH
    const y = ((hash(star + 0.7) + 1) / 2) * HEIGHT * 0.4
    context.fillRect(x, y, 3, 3)
  }
  skyline(context, { base: 0.86, height: 520, colour: '#6a4674', lights: 0, seed: 1 })
  skyline(context, { base: 0.94, height: 620, colour: '#3a2c59', lights: 0.16, seed: 2 })
  skyline(context, { base: 1.04, height: 640, colour: '#191c3d', lights: 0.3, seed: 3 })
}

function skyline(
  context: SKRSContext2D,
  {
    base,
    height,
    colour,
    lights,
    seed,
  }: { base: number; height: number; colour: string; lights: number; seed: number },
): void {
  for (let x = -40, number = seed * 1000; x < WIDTH; number++) {
    const width = 90 + 110 * Math.abs(hash(number))
    const tall = height * (0.3 + 0.7 * Math.abs(hash(number + 0.5)))
    const top = HEIGHT * base - tall
    context.fillStyle = colour
    context.fillRect(x, top, width + 2, HEIGHT - top)
    if (hash(number + 0.8) > 0.6) context.fillRect(x + width / 2 - 3, top - 70, 6, 70)
    for (let row = 0; lights > 0 && row < (HEIGHT - top) / 34 - 1; row++)
      for (let column = 0; column < width / 26 - 1; column++)
        if (Math.abs(hash(number * 7.7 + row * 3.1 + column * 11.3)) < lights) {
          context.fillStyle = `rgba(255, 214, 140, ${0.45 + 0.5 * Math.abs(hash(row + column + number))})`
          context.fillRect(x + 12 + column * 26, top + 18 + row * 34, 11, 16)
        }
    x += width
  }
}

for (const [name, draw] of Object.entries({ mountains, coast, city })) {
  const canvas = createCanvas(WIDTH, HEIGHT)
  draw(canvas.getContext('2d'))
  await writeFile(join(import.meta.dirname, '../backgrounds', `${name}.jpg`), await canvas.encode('jpeg', QUALITY))
}
