import { describe, expect, it } from 'vitest'
import { DEFAULT_MIN_CONFIDENCE, toReadings } from './bib-readings.ts'
import type { Text } from './text-reader.ts'

const PICTURE = { width: 2000, height: 1500 }

/** Text of a usual size, in the middle of the picture unless it is said where. */
function text(words: string, { x = 1000, y = 700, width = 100, height = 50, angle = 0, confidence = 0.98 } = {}): Text {
  return { text: words, confidence, box: { x, y, width, height, angle } }
}

const confident = (...texts: Text[]): string[] =>
  toReadings(texts, PICTURE, PICTURE)
    .filter(({ confidence }) => confidence >= DEFAULT_MIN_CONFIDENCE)
    .map(({ number }) => number)

it('a number of two to five digits is a bib', () => {
  expect(['12', '345', '6789', '10234'].flatMap((number) => confident(text(number)))).toHaveLength(4)
  expect(confident(text('123456'))).toEqual([])
  expect(confident(text('FINISH'))).toEqual([])
})

it('full-width digits are digits; what was read is kept', () => {
  expect(toReadings([text('７７')], PICTURE, PICTURE)).toMatchObject([{ number: '77', raw: '７７' }])
})

it('the likeliest comes first', () => {
  const texts = [text('11', { x: 300, confidence: 0.85 }), text('22', { x: 900, confidence: 0.99 })]
  expect(confident(...texts)).toEqual(['22', '11'])
})

it('what is hardly certain at all is left out', () => {
  expect(toReadings([text('11', { confidence: 0.49 })], PICTURE, PICTURE)).toEqual([])
  expect(toReadings([text('11', { confidence: 0.51 })], PICTURE, PICTURE)).toHaveLength(1)
})

describe('pieces of a number', () => {
  it('on one line are one number, also if it is tilted', () => {
    expect(confident(text('32'), text('4', { x: 1085, width: 60 }))).toEqual(['324'])
    const angle = 0.3
    const right = { x: 1000 + 85 * Math.cos(angle), y: 700 + 85 * Math.sin(angle), width: 60, angle }
    expect(confident(text('4', right), text('32', { angle }))).toEqual(['324'])
  })

  it('below each other, far apart or of another size are not', () => {
    expect(confident(text('32'), text('45', { y: 750 }))).toHaveLength(2)
    expect(confident(text('32'), text('45', { x: 1200 }))).toHaveLength(2)
    expect(confident(text('32'), text('45', { x: 1085, width: 60, height: 20 }))).toHaveLength(2)
  })

  it('at the end of a tile do not count where another tile shows the whole number', () => {
    const whole = text('1284', { x: 804, y: 615, width: 268, height: 113 })
    const piece = { ...text('1', { x: 946, y: 615, width: 84, height: 162, confidence: 0.54 }), isCut: true }
    expect(toReadings([whole, piece], PICTURE, PICTURE)).toMatchObject([{ number: '1284', confidence: 0.98 }])
    expect(toReadings([piece], PICTURE, PICTURE)).toMatchObject([{ number: '1' }])
  })

  it('are never joined to more than five digits', () => {
    expect(confident(text('321'), text('456', { x: 1100 }))).toHaveLength(2)
  })
})

describe('numbers that are not of a runner', () => {
  it.each(['KM', 'SINCE', '1:23:', '€'])('next to "%s"', (word) => {
    expect(confident(text('19'), text(word, { x: 900 }))).toEqual([])
    expect(confident(text('19'), text(word, { x: 1110 }))).toEqual([])
  })

  it('a name or sponsor above or below a number is no reason', () => {
    expect(confident(text('19'), text('MARTA', { y: 760 }), text('CITY RUN', { y: 640, height: 25 }))).toEqual(['19'])
  })

  it('"1:23:45" is a clock, and 2.5 a decimal', () => {
    expect(confident(text('1:23:45'))).toEqual([])
    expect(confident(text('2.5'))).toEqual([])
  })
})

describe('readings that may be wrong are kept below the threshold', () => {
  it.each([
    ['single digits', text('7')],
    ['digits of a few pixels', text('1839', { width: 24, height: 9 })],
    ['numbers that the edge of the photo cuts off', text('65', { x: 40 })],
  ])('%s', (_name, one) => {
    const [reading] = toReadings([one], PICTURE, PICTURE)
    expect(reading?.confidence).toBeGreaterThan(0)
    expect(reading?.confidence).toBeLessThan(DEFAULT_MIN_CONFIDENCE)
  })
})

it('a number found by two passes, or in pieces by one of them, is one reading', () => {
  const pieces = [text('54', { x: 975, width: 50 }), text('98', { x: 1030, width: 50, confidence: 0.7 })]
  expect(confident(text('5498'), text('5498', { x: 1003, y: 702 }), ...pieces)).toEqual(['5498'])
})

it('boxes are inside the photo, in its own pixels', () => {
  // Half its sides, turned: 54 px to the right of its middle and 34.4 below it; twice as large in the photo.
  const [reading] = toReadings([text('65', { x: 20, y: 10, angle: 0.2 })], PICTURE, { width: 4000, height: 3000 })
  expect(reading?.box).toEqual({ left: 0, top: 0, width: 148, height: 89 })
})
