import { describe, expect, it } from 'vitest'
import { correctNumber } from './correct-number.ts'

const roster = (...numbers: string[]) => new Set(numbers)

describe('a reading stands for', () => {
  it.each([
    ['itself, if it is listed, whatever else it could be', '587', roster('587', '537', '1587'), '587'],
    ['a number with a confused digit: 1 and 7', '587', roster('581', '400'), '581'],
    ['3 and 8', '387', roster('887'), '887'],
    ['5 and 6', '1204', roster('1204', '600'), '1204'],
    ['5 and 6 in the first place', '587', roster('687'), '687'],
    ['0 and 8', '500', roster('580', '900'), '580'],
    ['a number whose first digit is hidden', '204', roster('1204', '999'), '1204'],
    ['a number whose last digit is hidden', '120', roster('1204'), '1204'],
    ['a number whose letter is not read', '12', roster('F12'), 'F12'],
    ['a number before which something looked like a digit', '1587', roster('587'), '587'],
    ['a number after which something looked like a digit', '5871', roster('587'), '587'],
  ])('%s', (_what, read, given, meant) => expect(correctNumber(read, given)).toBe(meant))
})

describe('a reading stands for nothing', () => {
  it.each([
    ['if two numbers explain it', '587', roster('581', '537', '687')],
    ['if two kinds of mistake explain it', '587', roster('687', '1587')],
    ['if two digits are wrong', '587', roster('681')],
    ['if the digits look nothing alike', '587', roster('547')],
    ['if a digit is missing inside', '57', roster('587')],
    ['if two digits are hidden', '87', roster('1587')],
    ['if nearly nothing of it is legible', '5', roster('57')],
    ['if nearly nothing of it is left', '57', roster('5')],
    ['if the roster is empty', '587', roster()],
  ])('%s', (_what, read, given) => expect(correctNumber(read, given)).toBeUndefined())
})

it('is symmetric: what is read as a confused digit is explained from either side', () => {
  const digits = [...'0123456789']
  for (const a of digits)
    for (const b of digits)
      expect([a, b, correctNumber(`${a}55`, roster(`${b}55`)) !== undefined]).toEqual([
        a,
        b,
        correctNumber(`${b}55`, roster(`${a}55`)) !== undefined,
      ])
})
