import type { Colours } from './icc-profile.ts'

type Points = NonNullable<Colours['points']>
type ToLight = Colours['toLight']

const D65 = [0.3127, 0.329] as const
const C = [0.31, 0.316] as const

export const SRGB_POINTS: Points = [D65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]]

/** ITU-T H.273, table 2. */
const PRIMARIES: Partial<Record<number, Points>> = {
  1: SRGB_POINTS,
  4: [C, [0.67, 0.33], [0.21, 0.71], [0.14, 0.08]],
  5: [D65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]],
  6: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  7: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  8: [C, [0.681, 0.319], [0.243, 0.692], [0.145, 0.049]],
  9: [D65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]],
  11: [
    [0.314, 0.351],
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
  ],
  12: [D65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
  22: [D65, [0.63, 0.34], [0.295, 0.605], [0.155, 0.077]],
}

export const pointsOfPrimaries = (code: number): Points | undefined => PRIMARIES[code]

export const srgbToLight: ToLight = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const videoToLight: ToLight = (value) =>
  value < 0.081243 ? value / 4.5 : ((value + 0.099297) / 1.099297) ** (1 / 0.45)

/** ITU-T H.273, table 3, from values to light. */
const TRANSFERS: Partial<Record<number, ToLight>> = {
  1: videoToLight,
  4: (value) => value ** 2.2,
  5: (value) => value ** 2.8,
  6: videoToLight,
  8: (value) => value,
  13: srgbToLight,
  14: videoToLight,
  15: videoToLight,
  16: (value) => onScreen(pqToNits(value)),
  17: (value) => (value ** 2.6 * 52.37) / 48,
  18: (value) => onScreen(hlgToNits(value)),
}

export const lightOfTransfer = (code: number): ToLight | undefined => {
  const toLight = TRANSFERS[code]
  return toLight && ((value) => toLight(Math.max(0, value)))
}

/** SMPTE ST 2084. */
function pqToNits(value: number): number {
  const power = value ** (1 / 78.84375)
  return 10_000 * (Math.max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
}

/** ITU-R BT.2100, for a screen of 1000 nits, whose system gamma of 1.2 is applied per channel. */
function hlgToNits(value: number): number {
  const scene = value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
  return 1000 * scene ** 1.2
}

/** Reference white (ITU-R BT.2408), and the brightest light that is distinguished from it. */
const WHITE_NITS = 203
const PEAK = 1000 / WHITE_NITS

/**
 * Maps the range of an HDR screen to that of a standard one, with the Reinhard curve that maps the
 * peak to 1.
 */
function onScreen(nits: number): number {
  const light = nits / WHITE_NITS
  return (light * (1 + light / PEAK ** 2)) / (1 + light)
}
