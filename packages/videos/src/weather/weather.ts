import type { SKRSContext2D } from '@napi-rs/canvas'
import { defineTemplate, type Frame } from '../template/template.ts'
import { weatherInput, type WeatherInput } from './weather-input.ts'
import { drawBackground, drawShade, drawWeather } from './draw-sky.ts'
import { fitText, fontOf, type FittedText } from './fit-text.ts'
import { ICONS } from './icons.ts'
import { LABELS, longDate } from './labels.ts'

const SECONDS = 10
/** Each element takes this long to appear, one after another. */
const APPEARING_SECONDS = 0.7
const COUNTING = { from: 0.7, to: 2.4 }

/** A weather report to be posted: place, date, temperature, condition, description. */
export const weather = defineTemplate<WeatherInput>({
  name: 'weather',
  input: weatherInput,
  size: ({ format }) => (format === 'portrait' ? { width: 1080, height: 1920 } : { width: 1280, height: 720 }),
  fps: 30,
  seconds: SECONDS,
  posterSeconds: 4,
  assetsOf: ({ background }) => ({ background }),
  draw(frame, input, { background }) {
    if (background) drawBackground(frame, background, { share: frame.seconds / SECONDS })
    drawWeather(frame, input.condition)
    drawShade(frame)
    drawReport(frame, input)
  },
})

/** Where everything stands. Lengths are in pixels. */
interface Layout {
  align: 'left' | 'center'
  /** Where lines begin, or their middle. */
  x: number
  icon: { x: number; y: number; size: number }
  city: Placed
  date: Placed
  /** `y` is the base line; `right` is where the digits end. */
  temperature: { size: number; y: number; right: number }
  label: Placed
  description: Placed
}

interface Placed extends FittedText {
  /** The top of the first line. */
  y: number
}

/** Fitting measures text many times, and the result is the same for all frames. */
const layouts = new WeakMap<WeatherInput, Layout>()

function drawReport(frame: Frame, input: WeatherInput): void {
  let layout = layouts.get(input)
  if (!layout)
    layouts.set(input, (layout = input.format === 'portrait' ? portrait(frame, input) : landscape(frame, input)))
  const { icon } = layout
  appearing(frame, { after: 0.1 }, () => drawLines(frame, layout.city, layout))
  appearing(frame, { after: 0.3 }, () => drawLines(frame, layout.date, layout, 0.86))
  appearing(frame, { after: 0.5 }, (share) => {
    const { context } = frame
    context.translate(icon.x, icon.y)
    const scale = (icon.size / 2) * (0.9 + 0.1 * share)
    context.scale(scale, scale)
    ICONS[input.condition](context, frame.seconds)
  })
  appearing(frame, { after: 0.6 }, () => drawTemperature(frame, layout, input.temperature))
  appearing(frame, { after: 0.9 }, () => drawLines(frame, layout.label, layout))
  appearing(frame, { after: 1.1 }, () => drawLines(frame, layout.description, layout, 0.9))
}

const LANDSCAPE = { x: 72, top: 60, bottom: 660, width: 720 }

/** Text on the left; the icon on the right, where the picture is brightest. */
function landscape({ context, width }: Frame, input: WeatherInput): Layout {
  const { x, top, bottom } = LANDSCAPE
  const city = fitText(context, input.city, { weight: 700, size: 84, maxWidth: LANDSCAPE.width, maxHeight: 150 })
  const cityBottom = top + heightOf(city)
  const date = fitText(context, longDate(input.date, input.language), {
    ...{ weight: 400, size: 30, maxWidth: LANDSCAPE.width, maxHeight: 44 },
  })
  const description = fitText(context, input.description, {
    ...{ weight: 400, size: 34, maxWidth: LANDSCAPE.width, maxHeight: 132 },
  })
  const label = fitText(context, LABELS[input.language][input.condition], {
    ...{ weight: 700, size: 46, maxWidth: LANDSCAPE.width, maxHeight: 60 },
  })
  const descriptionTop = bottom - heightOf(description)
  const labelTop = descriptionTop - heightOf(label) - 6
  const size = 176
  return {
    align: 'left',
    x,
    icon: { x: width - 250, y: 330, size: 330 },
    city: { ...city, y: top },
    date: { ...date, y: cityBottom + 4 },
    temperature: { size, y: labelTop - 34, right: x - 6 + digitsWidth(context, input.temperature, size) },
    label: { ...label, y: labelTop },
    description: { ...description, y: descriptionTop },
  }
}

/** What apps for upright videos cover with their own controls stays free of text. */
const PORTRAIT = { top: 250, bottom: 1490, width: 880 }

function portrait({ context, width }: Frame, input: WeatherInput): Layout {
  const x = width / 2
  const { top, bottom } = PORTRAIT
  const fit = (text: string, weight: 400 | 700, size: number, maxHeight: number) =>
    fitText(context, text, { weight, size, maxWidth: PORTRAIT.width, maxHeight })
  const city = fit(input.city, 700, 116, 236)
  const cityBottom = top + heightOf(city)
  const date = fit(longDate(input.date, input.language), 400, 42, 56)
  const description = fit(input.description, 400, 48, 240)
  const label = fit(LABELS[input.language][input.condition], 700, 72, 90)
  const descriptionTop = bottom - heightOf(description)
  const labelTop = descriptionTop - heightOf(label) - 12
  const size = 280
  const baseline = labelTop - 56
  const digits = digitsWidth(context, input.temperature, size)
  const unit = unitWidth(context, size)
  const iconTop = cityBottom + heightOf(date) + 40
  const iconBottom = baseline - size * 0.78
  return {
    align: 'center',
    x,
    icon: { x, y: (iconTop + iconBottom) / 2, size: Math.min(430, (iconBottom - iconTop) * 0.92) },
    city: { ...city, y: top },
    date: { ...date, y: cityBottom + 8 },
    temperature: { size, y: baseline, right: x + (digits - unit) / 2 },
    label: { ...label, y: labelTop },
    description: { ...description, y: descriptionTop },
  }
}

const heightOf = ({ lines, lineHeight }: FittedText): number => lines.length * lineHeight

/** Fades in and rises a little. `share` goes from 0 to 1. */
function appearing(frame: Frame, { after }: { after: number }, draw: (share: number) => void): void {
  const { context, height, seconds } = frame
  const share = easedOut((seconds - after) / APPEARING_SECONDS)
  if (share === 0) return
  context.save()
  context.globalAlpha = share
  context.translate(0, (1 - share) * height * 0.03)
  draw(share)
  context.restore()
}

function drawLines({ context }: Frame, text: Placed, { align, x }: Layout, alpha = 1): void {
  context.font = text.font
  context.textAlign = align
  context.textBaseline = 'alphabetic'
  context.fillStyle = `rgba(255, 255, 255, ${alpha})`
  for (const [number, line] of text.lines.entries())
    context.fillText(line, x, text.y + number * text.lineHeight + text.size)
}

const UNIT_SHARE = 0.5

/** The digits end at the same place while they count, so that the unit stands still. */
function drawTemperature({ context, seconds }: Frame, { temperature }: Layout, target: number): void {
  const { size, y, right } = temperature
  const share = easedOut((seconds - COUNTING.from) / (COUNTING.to - COUNTING.from))
  context.fillStyle = '#ffffff'
  context.textBaseline = 'alphabetic'
  context.font = fontOf(700, size)
  context.textAlign = 'right'
  context.fillText(degrees(target * share), right, y)
  context.font = fontOf(400, size * UNIT_SHARE)
  context.textAlign = 'left'
  context.fillText('°C', right + size * 0.05, y - size * (1 - UNIT_SHARE) * 0.73)
}

function digitsWidth(context: SKRSContext2D, temperature: number, size: number): number {
  context.font = fontOf(700, size)
  return context.measureText(degrees(temperature)).width
}

function unitWidth(context: SKRSContext2D, size: number): number {
  context.font = fontOf(400, size * UNIT_SHARE)
  return context.measureText('°C').width + size * 0.05
}

/** With the real minus sign, and never "-0". */
const degrees = (temperature: number): string => String(Math.round(temperature) + 0).replace('-', '−')

const easedOut = (share: number): number => 1 - (1 - Math.min(1, Math.max(0, share))) ** 3
