import { expect, it } from 'vitest'
import { formatLogPosition, isAfter, parseLogPosition, START_OF_LOG } from './log-position.ts'

const at = (epoch: number, seq: number) => ({ epoch, seq })

it('compares the epoch before the seq, and both as numbers', () => {
  expect(isAfter(at(2, 0), at(1, 1998))).toBe(true)
  expect(isAfter(at(1, 1998), at(2, 0))).toBe(false)
  expect(isAfter(at(1, 10_001), at(1, 9001))).toBe(true)
  expect(isAfter(at(1, 1001), at(1, 1001))).toBe(false)
  expect(isAfter(at(1, 0), START_OF_LOG)).toBe(true)
})

it('is parsed as it was written', () => {
  expect(parseLogPosition(formatLogPosition(at(3, 1_000_000_001)))).toEqual(at(3, 1_000_000_001))
})

it.each([undefined, '', '1', 'a.b', '1.2.3', '-1.0', '1e3.1', ' 1.1'])('%j means the start', (text) => {
  expect(parseLogPosition(text)).toBe(START_OF_LOG)
})
