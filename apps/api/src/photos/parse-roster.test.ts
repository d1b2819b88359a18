import { describe, expect, it } from 'vitest'
import { AppError } from '../app-error.ts'
import { parseCsvRoster, parseJsonRoster } from './parse-roster.ts'
import { MAX_ROSTER_NUMBERS } from './roster-fields.ts'

const ANA = { number: '587', name: 'Ana Rojas' }

async function faultsOf(parsing: Promise<unknown>): Promise<string[]> {
  const error = await parsing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AppError)) throw new Error('no AppError', { cause: error })
  expect(error.code).toBe('INVALID_ROSTER')
  expect(error.message).toMatch(/number,name/)
  return error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`)
}

describe('a roster in CSV', () => {
  it.each([
    ['with names', 'number,name\n587,Ana Rojas\n12,\n', [ANA, { number: '12' }]],
    ['without names', 'number\n587\n12\n', [{ number: '587' }, { number: '12' }]],
    ['of a spreadsheet: a byte order mark, semicolons, CRLF', '\u{FEFF}number;name\r\n587;Ana Rojas\r\n', [ANA]],
    ['with tabs', 'name\tnumber\nAna Rojas\t587\n', [ANA]],
    ['with quotes and a comma in the name', 'number,name\n587,"Rojas, Ana"\n', [{ number: '587', name: 'Rojas, Ana' }]],
    ['with other columns, which are ignored', 'Club,Number,Name\nRunners,587,Ana Rojas\n', [ANA]],
    ['with spaces, empty lines and small letters', 'number,name\n\n f12 , Ana Rojas\n\n', [{ ...ANA, number: 'F12' }]],
    ['with leading zeros, which are kept', 'number\n0012\n12\n', [{ number: '0012' }, { number: '12' }]],
  ])('%s', async (_what, text, entries) => expect(await parseCsvRoster(text)).toEqual(entries))
})

describe('what is wrong with it, and in which line', () => {
  it.each([
    ['no number', 'number,name\n587,Ana\n,Eva\n', ['/lines/3/number line 3: the number is empty']],
    [
      'the same number twice',
      'number\n587\n12\n587\n',
      ['/lines/4/number line 4: the number 587 is already in line 2'],
    ],
    [
      'no number, and no digits',
      'number\n5.8\n12345678901\n',
      [
        '/lines/2/number line 2: the number must have digits and letters only',
        '/lines/3/number line 3: the number has more than 10 characters',
      ],
    ],
    ['no header', '587,Ana\n', ['/lines/1 line 1 is not a header with the column "number", but has: 587, ana']],
    ['too many columns', 'number,name\n587,Ana,Eva\n', ['/lines/2 line 2 has not as many columns as the header']],
    ['an open quote', 'number,name\n12,Eva\n587,"Ana\n', ['/lines/3 line 3 opens a quote that is never closed']],
    [
      'another encoding',
      'number,name\n12,Eva\n587,Mu\u{FFFD}oz',
      ['/lines/3 line 3 is not UTF-8 text: save the CSV as UTF-8'],
    ],
    [
      'a name that is too long',
      `number,name\n587,${'a'.repeat(101)}\n`,
      ['/lines/2/name line 2: the name has more than 100 characters'],
    ],
    [
      'control characters',
      'number,name\n587,A\u{0}na\n',
      ['/lines/2/name line 2: the name must not have control characters'],
    ],
    ['JSON', '{"numbers":[]}', ['/lines/1 line 1 is not CSV: Invalid Opening Quote']],
  ])('%s', async (_what, text, faults) => expect(await faultsOf(parseCsvRoster(text))).toEqual(faults))

  it.each(['', '\n\n', 'number\n', 'number,name\n\n'])('nothing in %j', async (text) => {
    expect(await faultsOf(parseCsvRoster(text))).toEqual([])
  })

  it('a line without an end', async () => {
    expect((await faultsOf(parseCsvRoster(`number\n${'5'.repeat(20_000)}\n`))).join()).toMatch(/line \d+ is not CSV/)
  })

  it('at most twenty faults at once', async () => {
    expect(await faultsOf(parseCsvRoster(`number\n${'-\n'.repeat(1000)}`))).toHaveLength(20)
  })
})

describe('a roster in JSON', () => {
  it('with and without names', async () => {
    expect(await parseJsonRoster([ANA, { number: '12' }])).toEqual([ANA, { number: '12' }])
  })

  it('of the largest race, and no larger one', async () => {
    const numbers = Array.from({ length: MAX_ROSTER_NUMBERS + 1 }, (_, at) => ({ number: String(at) }))
    expect(await parseJsonRoster(numbers.slice(1))).toEqual(numbers.slice(1))
    expect(await faultsOf(parseJsonRoster(numbers))).toEqual([
      `/numbers/${MAX_ROSTER_NUMBERS} entry ${MAX_ROSTER_NUMBERS + 1}: a roster has at most ${MAX_ROSTER_NUMBERS} numbers`,
    ])
  })

  it('names the entries at fault', async () => {
    expect(await faultsOf(parseJsonRoster([ANA, { number: 12 }, { number: '587' }, { number: '7', name: 7 }]))).toEqual(
      [
        '/numbers/1/number entry 2: the number must be a text such as "587"',
        '/numbers/2/number entry 3: the number 587 is already in entry 1',
        '/numbers/3/name entry 4: the name must be a text',
      ],
    )
  })
})
