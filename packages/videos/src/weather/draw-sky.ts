import type { Canvas } from '@napi-rs/canvas'
import type { Frame } from '../template/template.ts'
import type { Condition } from './weather-input.ts'

/** Darkens or brightens the background, so that a picture of any weather fits. */
const TINTS: Record<Condition, string> = {
  sun: 'rgba(255, 190, 90, 0.07)',
  clouds: 'rgba(40, 54, 74, 0.24)',
  rain: 'rgba(18, 32, 56, 0.34)',
  snow: 'rgba(150, 170, 200, 0.2)',
  storm: 'rgba(12, 16, 38, 0.48)',
  fog: 'rgba(150, 160, 172, 0.4)',
  wind: 'rgba(28, 60, 84, 0.2)',
}

const ZOOM = 0.08

/** Zooms slowly into the middle. The position is not rounded to pixels, or the picture would tremble. */
export function drawBackground(frame: Frame, picture: Canvas, { share }: { share: number }): void {
  const { context, width, height } = frame
  const zoom = 1 + ZOOM * share
  const [drawnWidth, drawnHeight] = [width * zoom, height * zoom]
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, (width - drawnWidth) / 2, (height - drawnHeight) / 2, drawnWidth, drawnHeight)
}

/** The weather over the background: its tint, and what falls or drifts through the picture. */
export function drawWeather(frame: Frame, condition: Condition): void {
  const { context, width, height } = frame
  context.fillStyle = TINTS[condition]
  context.fillRect(0, 0, width, height)
  if (condition === 'rain' || condition === 'storm') drawRain(frame, condition === 'storm' ? 130 : 90)
  if (condition === 'snow') drawSnow(frame)
  if (condition === 'fog') drawFog(frame)
  if (condition === 'storm') drawFlash(frame)
}

/** Keeps text readable on any picture: darker where the text is. */
export function drawShade({ context, width, height }: Frame): void {
  const isPortrait = height > width
  const shade = isPortrait
    ? context.createLinearGradient(0, 0, 0, height)
    : context.createLinearGradient(0, 0, width, 0)
  const stops: [number, number][] = isPortrait
    ? [
        [0, 0.52],
        [0.36, 0.2],
        [0.55, 0.3],
        [1, 0.66],
      ]
    : [
        [0, 0.64],
        [0.55, 0.26],
        [1, 0.04],
      ]
  for (const [at, alpha] of stops) shade.addColorStop(at, `rgba(7, 12, 24, ${alpha})`)
  context.fillStyle = shade
  context.fillRect(0, 0, width, height)
}

/** The same number for the same seed: particles need no memory. */
function random(seed: number): number {
  const value = Math.sin(seed * 127.1 + 11.7) * 43_758.5453
  return value - Math.floor(value)
}

function drawRain({ context, width, height, seconds }: Frame, count: number): void {
  const unit = Math.min(width, height)
  context.lineCap = 'round'
  for (let drop = 0; drop < count; drop++) {
    const depth = 0.4 + 0.6 * random(drop)
    const length = unit * 0.06 * depth
    const way = height + length * 2
    const y = ((random(drop + 0.3) * way + seconds * unit * 1.7 * depth) % way) - length
    const x = random(drop + 0.7) * (width * 1.1) - y * 0.06
    context.strokeStyle = `rgba(200, 222, 245, ${(0.3 * depth).toFixed(3)})`
    context.lineWidth = unit * 0.0032 * depth
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(x - length * 0.12, y + length)
    context.stroke()
  }
}

function drawSnow({ context, width, height, seconds }: Frame): void {
  const unit = Math.min(width, height)
  for (let flake = 0; flake < 110; flake++) {
    const depth = 0.35 + 0.65 * random(flake)
    const radius = unit * 0.0065 * depth
    const way = height + radius * 4
    const y = ((random(flake + 0.3) * way + seconds * unit * 0.14 * depth) % way) - radius * 2
    const x = random(flake + 0.7) * width + unit * 0.03 * Math.sin(seconds * 0.9 + flake)
    context.fillStyle = `rgba(255, 255, 255, ${(0.7 * depth).toFixed(3)})`
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
  }
}

function drawFog({ context, width, height, seconds }: Frame): void {
  for (let bank = 0; bank < 4; bank++) {
    const x = width * (0.5 + 0.35 * Math.sin(seconds * 0.22 + bank * 1.9))
    const y = height * (0.3 + bank * 0.2)
    context.save()
    context.translate(x, y)
    context.scale(1, 0.26)
    const radius = width * 0.75
    const fog = context.createRadialGradient(0, 0, 0, 0, 0, radius)
    fog.addColorStop(0, 'rgba(222, 228, 235, 0.3)')
    fog.addColorStop(1, 'rgba(222, 228, 235, 0)')
    context.fillStyle = fog
    context.fillRect(-radius, -radius, radius * 2, radius * 2)
    context.restore()
  }
}

/** Faint: bright full-frame flashes are dangerous for people with photosensitive epilepsy. */
function drawFlash({ context, width, height, seconds }: Frame): void {
  const beat = seconds % 2.2
  const flash = Math.max(0, 1 - Math.abs(beat - 0.25) * 6)
  if (flash === 0) return
  context.fillStyle = `rgba(190, 205, 255, ${(0.14 * flash).toFixed(3)})`
  context.fillRect(0, 0, width, height)
}
