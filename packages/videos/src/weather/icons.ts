import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Condition } from './weather-input.ts'

const TURN = 2 * Math.PI
/** Multiples of it are spread evenly between whole numbers. */
const GOLDEN = 0.618_034

/**
 * Draws an animated icon around the origin, about one unit in each direction. All motion is
 * periodic or a function of time, so that any moment can be drawn by itself.
 */
export const ICONS: Record<Condition, (context: SKRSContext2D, seconds: number) => void> = {
  sun: (context, seconds) => sun(context, seconds, { x: 0, y: 0, radius: 0.5 }),

  clouds(context, seconds) {
    sun(context, seconds, { x: 0.34, y: -0.36, radius: 0.3 })
    cloud(context, { x: 0.3 + sway(seconds, 7, 0.05), y: 0.02, width: 1.15, shade: 'grey' })
    cloud(context, { x: -0.12 + sway(seconds, 5, 0.06), y: 0.3, width: 1.6, shade: 'white' })
  },

  rain(context, seconds) {
    for (const drop of falling(9, seconds, 1.1)) streak(context, drop)
    cloud(context, { x: sway(seconds, 6, 0.04), y: -0.12, width: 1.7, shade: 'grey' })
  },

  snow(context, seconds) {
    for (const flake of falling(6, seconds, 0.4)) {
      const x = flake.x + 0.07 * Math.sin(seconds * 1.6 + flake.number * 2)
      snowflake(context, { ...flake, x, angle: seconds * 0.8 + flake.number })
    }
    cloud(context, { x: sway(seconds, 6, 0.04), y: -0.14, width: 1.7, shade: 'white' })
  },

  storm(context, seconds) {
    for (const drop of falling(6, seconds, 1.3)) streak(context, drop)
    bolt(context, seconds)
    cloud(context, { x: sway(seconds, 6, 0.03), y: -0.16, width: 1.75, shade: 'dark' })
  },

  fog(context, seconds) {
    cloud(context, { x: sway(seconds, 8, 0.05), y: -0.32, width: 1.45, shade: 'white' })
    bars(context, seconds)
  },

  wind: gusts,
}

const sway = (seconds: number, period: number, width: number): number => width * Math.sin((seconds * TURN) / period)

function sun(context: SKRSContext2D, seconds: number, place: { x: number; y: number; radius: number }): void {
  const { x, y, radius } = place
  context.save()
  context.translate(x, y)
  const glow = context.createRadialGradient(0, 0, radius * 0.8, 0, 0, radius * 2.3)
  glow.addColorStop(0, 'rgba(255, 214, 102, 0.45)')
  glow.addColorStop(1, 'rgba(255, 214, 102, 0)')
  disc(context, { radius: radius * 2.3, fill: glow })
  context.save()
  context.rotate((seconds * TURN) / 24)
  context.strokeStyle = '#ffd25e'
  context.lineWidth = radius * 0.17
  context.lineCap = 'round'
  for (let ray = 0; ray < 12; ray++) {
    const length = radius * (1.72 + 0.09 * Math.sin(seconds * 2.4 + ray * (TURN / 3)))
    context.rotate(TURN / 12)
    line(context, 0, -radius * 1.38, 0, -length)
  }
  context.restore()
  const fill = context.createLinearGradient(0, -radius, 0, radius)
  fill.addColorStop(0, '#ffe48a')
  fill.addColorStop(1, '#ffb52e')
  disc(context, { radius, fill })
  context.restore()
}

const SHADES = {
  white: ['#ffffff', '#dbe6f2'],
  grey: ['#e3eaf2', '#a9b9cb'],
  dark: ['#a7b4c6', '#5f6f87'],
} as const

interface Cloud {
  x: number
  y: number
  width: number
  shade: keyof typeof SHADES
}

/** Four discs on a flat base, as one outline, so that a gradient covers all of them. */
function cloud(context: SKRSContext2D, { x, y, width, shade }: Cloud): void {
  context.save()
  context.translate(x, y)
  context.scale(width, width)
  const [light, deep] = SHADES[shade]
  const fill = context.createLinearGradient(0, -0.32, 0, 0.2)
  fill.addColorStop(0, light)
  fill.addColorStop(1, deep)
  context.fillStyle = fill
  context.beginPath()
  for (const [left, top, radius] of [
    [-0.31, 0.03, 0.17],
    [-0.13, -0.1, 0.21],
    [0.12, -0.06, 0.24],
    [0.31, 0.03, 0.17],
  ] as const) {
    context.moveTo(left + radius, top)
    context.arc(left, top, radius, 0, TURN)
  }
  context.roundRect(-0.48, -0.14, 0.96, 0.34, 0.17)
  context.fill()
  context.restore()
}

interface Falling {
  number: number
  x: number
  y: number
  /** Of its way: 0 at the cloud, 1 where it disappears. */
  fallen: number
}

/** Particles that leave the cloud one after another and fall, over and over. */
function* falling(count: number, seconds: number, speed: number): Generator<Falling> {
  for (let number = 0; number < count; number++) {
    const fallen = (seconds * speed + number * GOLDEN) % 1
    yield { number, x: -0.6 + (1.2 * (number + 0.5)) / count, y: 0.02 + fallen * 0.92, fallen }
  }
}

/** Fades in below the cloud and out at the end of its way. */
const visible = (fallen: number): number => Math.min(1, fallen * 6, (1 - fallen) * 4)

function streak(context: SKRSContext2D, { x, y, fallen }: Falling): void {
  context.save()
  context.globalAlpha = visible(fallen)
  context.strokeStyle = '#7cc4ff'
  context.lineWidth = 0.055
  context.lineCap = 'round'
  line(context, x + 0.03, y - 0.09, x - 0.03, y + 0.09)
  context.restore()
}

function snowflake(context: SKRSContext2D, { x, y, fallen, angle }: Falling & { angle: number }): void {
  context.save()
  context.globalAlpha = visible(fallen)
  context.translate(x, y)
  context.rotate(angle)
  context.strokeStyle = '#ffffff'
  context.lineWidth = 0.02
  context.lineCap = 'round'
  for (let arm = 0; arm < 6; arm++) {
    line(context, 0, 0, 0, -0.125)
    line(context, 0, -0.08, 0.035, -0.115)
    line(context, 0, -0.08, -0.035, -0.115)
    context.rotate(TURN / 6)
  }
  context.restore()
}

/** Two quick flashes, then a pause; between them it stays visible, since a still may show it. */
function bolt(context: SKRSContext2D, seconds: number): void {
  const beat = seconds % 2.2
  const flash = Math.max(0, 1 - Math.abs(beat - 0.25) * 9, 1 - Math.abs(beat - 0.5) * 7)
  context.save()
  context.globalAlpha = 0.75 + 0.25 * flash
  context.fillStyle = flash > 0.3 ? '#fff3b8' : '#ffd25e'
  context.shadowColor = `rgba(255, 225, 120, ${0.3 + 0.6 * flash})`
  context.shadowBlur = 60 * flash
  context.beginPath()
  for (const [x, y] of [
    [0.1, -0.04],
    [-0.2, 0.42],
    [-0.02, 0.42],
    [-0.12, 0.86],
    [0.26, 0.28],
    [0.06, 0.28],
    [0.24, -0.04],
  ] as const)
    context.lineTo(x, y)
  context.closePath()
  context.fill()
  context.restore()
}

function bars(context: SKRSContext2D, seconds: number): void {
  context.save()
  context.lineCap = 'round'
  context.lineWidth = 0.11
  for (const [number, width] of [1.35, 1.65, 1.2].entries()) {
    const x = sway(seconds + number * 1.7, 4.5, 0.14)
    const y = 0.16 + number * 0.25
    context.strokeStyle = `rgba(235, 242, 250, ${0.92 - number * 0.16})`
    line(context, x - width / 2, y, x + width / 2, y)
  }
  context.restore()
}

/** Each line is drawn as a dash that runs along its curve; its tail and its tip are round. */
function gusts(context: SKRSContext2D, seconds: number): void {
  context.save()
  context.lineCap = 'round'
  context.lineWidth = 0.1
  for (const [number, { y, length, curl }] of [
    { y: -0.26, length: 1.15, curl: 0.22 },
    { y: 0.04, length: 1.5, curl: 0.3 },
    { y: 0.34, length: 1, curl: -0.2 },
  ].entries()) {
    const shift = sway(seconds + number * 0.9, 2.6, 0.09)
    const start = -0.9 + number * 0.12 + shift
    const radius = Math.abs(curl)
    const end = start + length
    const way = length + radius * TURN * 0.72
    context.strokeStyle = `rgba(240, 246, 252, ${0.98 - number * 0.12})`
    context.setLineDash([way * 0.9, way * 2])
    context.lineDashOffset = way * 0.05 * Math.sin(seconds * 2 + number)
    context.beginPath()
    context.moveTo(start, y)
    context.lineTo(end, y)
    const turn = TURN * 0.72
    if (curl > 0) context.arc(end, y - radius, radius, TURN / 4, TURN / 4 - turn, true)
    else context.arc(end, y + radius, radius, -TURN / 4, -TURN / 4 + turn)
    context.stroke()
  }
  context.restore()
}

function line(context: SKRSContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
}

function disc(context: SKRSContext2D, { radius, fill }: { radius: number; fill: SKRSContext2D['fillStyle'] }): void {
  context.fillStyle = fill
  context.beginPath()
  context.arc(0, 0, radius, 0, TURN)
  context.fill()
}
