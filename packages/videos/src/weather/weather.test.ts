import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createCanvas } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { BACKGROUNDS, BACKGROUNDS_FOLDER, TEMPLATE_INPUTS } from '../check-input.ts'
import { registerFonts } from '../fonts/register-fonts.ts'
import { drawFrame, loadAssets } from '../render-video.ts'
import { TEMPLATES } from '../templates.ts'
import { CONDITIONS, FORMATS, LANGUAGES, weatherInput } from './weather-input.ts'
import { fitText } from './fit-text.ts'
import { longDate } from './labels.ts'

const { weather } = TEMPLATES

const given = {
  city: 'Madrid',
  temperature: 24,
  condition: 'sun',
  description: 'Cielo despejado',
  date: '2026-05-30',
  language: 'es',
}

/** Pixels of one frame; with a plain background unless one is given. */
async function frameOf(over: object, seconds = 4, background?: string) {
  registerFonts()
  const input = weatherInput.parse({ ...given, ...over })
  const { width, height } = weather.size(input)
  const canvas = createCanvas(width, height)
  const files = background === undefined ? {} : { background }
  const assets = await loadAssets(files, { width, height })
  drawFrame({ template: weather, input, assets, canvas }, Math.round(seconds * weather.fps))
  return { width, height, data: canvas.data() }
}

const digest = (data: Buffer): string => createHash('md5').update(data).digest('hex')

test.each(CONDITIONS)('%s has a picture of its own, and it moves', async (condition) => {
  const label = { condition, description: '.' }
  const [first, second, other] = [
    await frameOf(label, 4),
    await frameOf(label, 4.5),
    await frameOf({ ...label, condition: condition === 'sun' ? 'wind' : 'sun' }, 4),
  ].map(({ data }) => digest(data))
  expect(new Set([first, second, other]).size).toBe(3)
})

test.each(BACKGROUNDS)('%s fills every frame', async (name) => {
  for (const format of FORMATS)
    for (const seconds of [0, 9.9]) {
      const file = fileURLToPath(new URL(name, BACKGROUNDS_FOLDER))
      const { width, height, data } = await frameOf({ format }, seconds, file)
      const corners = [0, width - 1, (height - 1) * width, width * height - 1].map((pixel) =>
        data.readUInt32BE(pixel * 4),
      )
      // Opaque, and not the black of an empty canvas.
      for (const corner of corners) expect([corner & 0xff, corner >>> 8 > 0]).toEqual([255, true])
    }
})

test.each(FORMATS)('text stays in the safe area, however long it is: %s', async (format) => {
  const quiet = { condition: 'fog', format, temperature: 0 }
  const texts = { city: 'W'.repeat(80), description: 'MW '.repeat(66).trim() }
  const [plain, full] = [
    await frameOf({ ...quiet, city: '.', description: '.' }),
    await frameOf({ ...quiet, ...texts }),
  ]
  const { width, height } = full
  const safe = format === 'portrait' ? { x: 90, top: 240, bottom: 1520 } : { x: 64, top: 36, bottom: 684 }
  let outside = 0
  let inside = 0
  for (let pixel = 0; pixel < width * height; pixel++) {
    // Text is much brighter than fog.
    if (full.data.readUInt8(pixel * 4) - plain.data.readUInt8(pixel * 4) < 60) continue
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const isSafe = x >= safe.x && x < width - safe.x && y >= safe.top && y < safe.bottom
    if (isSafe) inside++
    else outside++
  }
  expect(inside).toBeGreaterThan(2000)
  expect(outside).toBe(0)
})

test('a text that is too long becomes smaller, then wraps, and loses nothing', () => {
  registerFonts()
  const context = createCanvas(10, 10).getContext('2d')
  const box = { weight: 400, size: 60, maxWidth: 600, maxHeight: 160 } as const
  const fit = (text: string) => fitText(context, text, box)
  expect(fit('Madrid')).toMatchObject({ size: 60, lines: ['Madrid'] })
  const smaller = fit('Santiago de Compostela')
  expect(smaller.lines).toHaveLength(1)
  expect(smaller.size).toBeLessThan(60)
  for (const text of ['the quick brown fox jumps over it '.repeat(5).trim(), 'W'.repeat(80)]) {
    const { lines, lineHeight, font } = fit(text)
    context.font = font
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.length * lineHeight).toBeLessThanOrEqual(box.maxHeight)
    for (const line of lines) expect(context.measureText(line).width).toBeLessThanOrEqual(box.maxWidth)
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
  }
})

test('HTML is text like any other', async () => {
  const [tagged, plain] = [await frameOf({ city: '<b>Madrid</b>' }), await frameOf({ city: 'Madrid' })]
  expect(digest(tagged.data)).not.toBe(digest(plain.data))
  expect(weatherInput.parse({ ...given, city: '<b>Madrid</b>' }).city).toBe('<b>Madrid</b>')
})

test('the temperature counts up to its value', async () => {
  const at = (seconds: number, temperature: number) => frameOf({ temperature, condition: 'fog' }, seconds)
  expect(digest((await at(1.2, 24)).data)).not.toBe(digest((await at(1.2, 3)).data))
  expect(digest((await at(5, -0.4)).data)).toBe(digest((await at(5, 0)).data))
})

test.each([
  ['es', 'Sábado, 30 de mayo de 2026'],
  ['en', 'Saturday, May 30, 2026'],
  ['pt', 'Sábado, 30 de maio de 2026'],
] as const)('the date in %s', (language, text) => {
  expect(longDate(weatherInput.parse({ ...given, language }).date, language)).toBe(text)
})

test('a date with a time means the day that its sender wrote', () => {
  expect(weatherInput.parse({ ...given, date: '2026-05-30T23:30:00-05:00' }).date).toMatch(/^2026-05-30/)
})

test.each([
  ['Soleado', 'sun'],
  ['partly cloudy', 'clouds'],
  ['CHUVA', 'rain'],
  ['Nevoeiro', 'fog'],
  ['névoa', 'fog'],
  ['Thunderstorm', 'storm'],
])('the condition %s is %s', (condition, meant) => {
  expect(weatherInput.parse({ ...given, condition }).condition).toBe(meant)
})

test.each<[string, object, string, RegExp]>([
  ['a missing city', { city: undefined }, 'city', /expected string/],
  ['a blank city', { city: ' \n ' }, 'city', /must not be empty/],
  ['a city of 5,000 characters', { city: 'a'.repeat(5000) }, 'city', /at most 80/],
  ['an emoji', { city: 'Madrid 😀' }, 'city', /does not have \(😀 U\+1F600\).*no emoji/],
  ['Japanese', { description: '東京は晴れ' }, 'description', /東 U\+6771/],
  ['invisible characters', { city: 'a\u202Eb' }, 'city', /U\+202E/],
  ['a temperature as text', { temperature: '24' }, 'temperature', /expected number/],
  ['an impossible temperature', { temperature: 1e9 }, 'temperature', /99/],
  ['an unknown condition', { condition: 'lava' }, 'condition', /one of sun, clouds/],
  ['an unknown language', { language: 'fr' }, 'language', /es/],
  ['an unknown format', { format: 'square' }, 'format', /landscape/],
  ['a date that does not exist', { date: '2026-02-30' }, 'date', /a date such as/],
  ['an unknown field', { wind: 3 }, '', /wind/],
])('%s is refused by name', (_what, over, field, message) => {
  const { error } = TEMPLATE_INPUTS.weather.safeParse({ ...given, ...over })
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field])
  expect(error?.issues[0]?.message).toMatch(message)
})

test('every language has its own words', () => {
  expect(LANGUAGES.map((language) => weatherInput.parse({ ...given, language }).language)).toEqual([...LANGUAGES])
})
