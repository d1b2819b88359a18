import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CHART_COLOURS, chartPng, type Colour, quartersOf } from '../test/chart.ts'
import { imageFiles } from '../test/image-files.ts'
import { lightOfTransfer, pointsOfPrimaries, srgbToLight } from './decoding/h273.ts'
import { type Colours, iccProfileOf } from './decoding/icc-profile.ts'
import { makeVariants } from './make-variants.ts'

const store = imageFiles()

/**
 * The colours of the chart, interpreted as Display P3 and converted to sRGB by LittleCMS, called
 * from Python.
 */
const chartInP3: readonly Colour[] = [
  [0xda, 0x00, 0x1a],
  [0x00, 0xa3, 0x28],
  [0x22, 0x3d, 0xd0],
  [0xec, 0xc7, 0x00],
]
const toSrgb = (light: number): number => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055)
/** The values of the chart, interpreted as linear light. */
const chartAsLight = CHART_COLOURS.map((colour) =>
  colour.map((value) => Math.round(toSrgb(value / 255) * 255)),
) as unknown as Colour[]
const redOf = (colours: readonly Colour[]): Colour[] => colours.map(([red]) => [red, red, red])

const p3: Colours = { points: pointsOfPrimaries(12), toLight: srgbToLight }
const linear: Colours = { points: pointsOfPrimaries(1), toLight: (value) => value }
const linearGrey: Colours = { ...linear, points: undefined }

const profile = (colours: Colours) => ({
  type: 'iCCP',
  data: Buffer.concat([Buffer.from('test\0\0', 'latin1'), deflateSync(iccProfileOf(colours))]),
})
const chunk = (type: string, ...values: number[]) => {
  const data = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => data.writeUInt32BE(value, index * 4))
  return { type, data }
}
const gamma = (value: number) => chunk('gAMA', value)
const p3Points = chunk('cHRM', 31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000)
const srgbPoints = chunk('cHRM', 31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000)
const cicp = (...values: number[]) => ({ type: 'cICP', data: Buffer.from(values) })
const isSrgb = { type: 'sRGB', data: Buffer.from([0]) }

/** The decoder's output is within 2 levels; a JPEG of quality 85 adds some. */
async function expectQuarters(png: Buffer, wanted: readonly Colour[]): Promise<void> {
  const { variants } = await makeVariants(await store(png), { quality: 100 })
  for (const { bytes } of variants)
    for (const [index, colour] of (await quartersOf(bytes)).entries())
      for (const [channel, value] of colour.entries())
        expect(
          Math.abs(value - wanted[index]![channel]!),
          `${colour.join()} is not ${wanted[index]!.join()}`,
        ).toBeLessThanOrEqual(3)
}

describe.each([8, 16] as const)('a PNG of %i bits is shown as browsers show it', (bits) => {
  it.each<[string, Parameters<typeof chartPng>[0], readonly Colour[]]>([
    ['without a word about its colours', {}, CHART_COLOURS],
    ['with the profile of sRGB', { chunks: [profile({ ...p3, points: pointsOfPrimaries(1) })] }, CHART_COLOURS],
    ['with a profile of Display P3', { chunks: [profile(p3)] }, chartInP3],
    ['with a profile of Display P3 and alpha', { chunks: [profile(p3)], hasAlpha: true }, chartInP3],
    ['with a linear profile', { chunks: [profile(linear)] }, chartAsLight],
    ['of grey', { isGrey: true }, redOf(CHART_COLOURS)],
    ['of grey with a linear profile', { isGrey: true, chunks: [profile(linearGrey)] }, redOf(chartAsLight)],
    [
      'of grey with a linear profile and alpha',
      { isGrey: true, hasAlpha: true, chunks: [profile(linearGrey)] },
      redOf(chartAsLight),
    ],
    ['with gAMA of light', { chunks: [gamma(100_000)] }, chartAsLight],
    ['of grey with gAMA of light', { isGrey: true, chunks: [gamma(100_000)] }, redOf(chartAsLight)],
    ['with the gAMA of sRGB', { chunks: [gamma(45_455)] }, CHART_COLOURS],
    ['with the gAMA and cHRM of sRGB', { chunks: [gamma(45_455), srgbPoints] }, CHART_COLOURS],
    ['with gAMA and sRGB, which wins', { chunks: [gamma(100_000), isSrgb] }, CHART_COLOURS],
    ['with gAMA and a profile, which wins', { chunks: [gamma(100_000), profile(p3)] }, chartInP3],
    ['with gAMA of nothing', { chunks: [gamma(0)] }, CHART_COLOURS],
    ['with the cHRM of Display P3', { chunks: [p3Points] }, chartInP3],
    [
      'with cHRM on one line',
      { chunks: [chunk('cHRM', 31_270, 32_900, 64_000, 33_000, 64_000, 33_000, 64_000, 33_000)] },
      CHART_COLOURS,
    ],
    ['with cICP of Display P3', { chunks: [cicp(12, 13, 0, 1)] }, chartInP3],
    ['with cICP of sRGB', { chunks: [cicp(1, 13, 0, 1)] }, CHART_COLOURS],
    ['with cICP of sRGB and gAMA, which loses', { chunks: [gamma(100_000), cicp(1, 13, 0, 1)] }, CHART_COLOURS],
    ['with cICP of light', { chunks: [cicp(1, 8, 0, 1)] }, chartAsLight],
    ['with cICP of sRGB and a profile, which loses', { chunks: [cicp(1, 13, 0, 1), profile(p3)] }, CHART_COLOURS],
    [
      'with cICP of the range of video',
      { chunks: [cicp(1, 13, 0, 0)], encode: (value) => (16 + value * 219) / 255 },
      CHART_COLOURS,
    ],
    ['with cICP that means nothing', { chunks: [cicp(99, 99, 0, 1)] }, CHART_COLOURS],
  ])('%s', async (_what, options, wanted) => {
    await expectQuarters(chartPng({ bits, ...options }), wanted)
  })
})

it('16 bits of light are all used: the dark of 8 would be off by more than ten levels', async () => {
  const numbers = [...new Set(CHART_COLOURS.flat())]
  const darkOf = (value: number): number => 3 + numbers.indexOf(value) * 3
  const asChart = (value: number): number => srgbToLight(darkOf(Math.round(value * 255)) / 255)
  const wanted = CHART_COLOURS.map((colour) => colour.map(darkOf)) as unknown as Colour[]
  for (const chunks of [[profile(linear)], [gamma(100_000)]])
    await expectQuarters(chartPng({ bits: 16, encode: asChart, chunks }), wanted)
})

describe('a bright screen', () => {
  it.each([
    ['PQ', 16],
    ['HLG', 18],
  ])('of %s: white of a page is bright, darker numbers are darker, the peak is white', (_name, code) => {
    const light = lightOfTransfer(code)!
    const steps = Array.from({ length: 101 }, (_, index) => Math.min(1, light(index / 100)))
    expect(steps.toSorted((a, b) => a - b)).toEqual(steps)
    expect([steps[0], steps[100]]).toEqual([0, 1])
    // ITU-R BT.2408: reference white is 58 % of PQ and 75 % of HLG.
    expect(light(code === 16 ? 0.58 : 0.75)).toBeGreaterThan(0.45)
    expect(light(code === 16 ? 0.58 : 0.75)).toBeLessThan(0.6)
  })

  it('of PQ is shown in the range of a usual one', async () => {
    const path = await store(chartPng({ bits: 16, chunks: [cicp(9, 16, 0, 1)], encode: () => 0.58 }))
    const [large] = (await makeVariants(path)).variants
    for (const colour of await quartersOf(large!.bytes)) expect(Math.min(...colour)).toBeGreaterThan(170)
  })
})
