import { expect, it } from 'vitest'
import { bar, formatBytes, formatMs, table } from './format.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9951, '10 kB'],
  [143_210, '143 kB'],
  [999_600, '1.0 MB'],
  [4_600_000, '4.6 MB'],
  [5e15, '5000 TB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

it.each([
  [71, '71 ms'],
  [4210, '4.2 s'],
  [59_000, '59 s'],
  [180_000, '3 min'],
  [5 * 3_600_000, '5 h'],
  [50 * 3_600_000, '2 d'],
])('%i milliseconds are %s', (ms, text) => expect(formatMs(ms)).toBe(text))

it('draws a bar between 0 and 100 percent', () => {
  expect([bar(-1, 4), bar(50, 4), bar(140, 4)]).toEqual(['░░░░   0 %', '██░░  50 %', '████ 100 %'])
})

it('aligns columns, and paints cells without moving them', () => {
  const paint = (cell: string, at: number): string => (at === 0 ? `<${cell}>` : cell)
  expect(
    table(
      [
        ['a', 'one'],
        ['bcd', '2'],
      ],
      paint,
    ),
  ).toEqual(['<a>    one', '<bcd>  2'])
})
