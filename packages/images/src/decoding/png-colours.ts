import type { PngColour, PngHeader } from '../headers/png-header.ts'
import type { Colours } from './icc-profile.ts'
import { lightOfTransfer, pointsOfPrimaries, SRGB_POINTS, srgbToLight } from './h273.ts'

/** A gamma of 1/2.2 is treated as sRGB: nearly all encoders write one for the other. */
const SRGB_GAMMA = 45_455
const GAMMA_TOLERANCE = 1000
const POINT_TOLERANCE = 0.003
/** H.273 of pictures that are not split into luma and chroma. */
const RGB_MATRIX = 0
const FULL_RANGE = 1

/**
 * The colour space of a PNG, or undefined if an embedded profile or the default (sRGB) defines it.
 */
export function coloursOfPng({ colour, isGrey }: Pick<PngHeader, 'colour' | 'isGrey'>): Colours | undefined {
  const colours = fromCicp(colour) ?? fromGamma(colour)
  return colours && isGrey ? { ...colours, points: undefined } : colours
}

/** PNG, third edition, 4.3: the order of precedence is cICP, iCCP, sRGB, then cHRM and gAMA. */
function fromCicp({ cicp }: PngColour): Colours | undefined {
  const [primaries = 0, transfer = 0, matrix, range] = cicp ?? []
  const points = pointsOfPrimaries(primaries)
  const toLight = lightOfTransfer(transfer)
  if (matrix !== RGB_MATRIX || points === undefined || toLight === undefined) return undefined
  return { points, toLight: range === FULL_RANGE ? toLight : (value) => toLight((value * 255 - 16) / 219) }
}

/**
 * As in browsers: primaries without a gamma use the curve of sRGB, a gamma without primaries uses
 * those of sRGB.
 */
function fromGamma({ gamma = 0, chromaticities, hasProfile, isSrgb }: PngColour): Colours | undefined {
  if (hasProfile || isSrgb) return undefined
  const points = pointsOf(chromaticities)
  const isUsual = gamma === 0 || Math.abs(gamma - SRGB_GAMMA) <= GAMMA_TOLERANCE
  if (points === undefined) return isUsual ? undefined : { points: SRGB_POINTS, toLight: powerOf(gamma) }
  return { points, toLight: gamma === 0 ? srgbToLight : powerOf(gamma) }
}

const powerOf = (gamma: number) => (value: number) => value ** (100_000 / gamma)

/** The chromaticities of the file; undefined if they are those of sRGB or invalid. */
function pointsOf(chromaticities: number[] | undefined): Colours['points'] {
  if (chromaticities?.length !== 8) return undefined
  const numbers = chromaticities.map((value) => value / 100_000)
  const points = [0, 2, 4, 6].map((at) => [numbers[at], numbers[at + 1]]) as unknown as NonNullable<Colours['points']>
  const isPossible = points.every(([x, y]) => x >= 0 && y > 0.001 && x + y <= 1) && areaOf(points) > 0.001
  const isSrgb = SRGB_POINTS.flat().every((value, index) => Math.abs(value - (numbers[index] ?? 0)) <= POINT_TOLERANCE)
  return isPossible && !isSrgb ? points : undefined
}

/** Twice the area between the primaries: three on a line do not define colours. */
function areaOf([, red, green, blue]: NonNullable<Colours['points']>): number {
  return Math.abs((green[0] - red[0]) * (blue[1] - red[1]) - (blue[0] - red[0]) * (green[1] - red[1]))
}
