import { describe, expect, it } from 'vitest'
import { applyRoster } from './apply-roster.ts'
import type { ShownBib } from './shown-bib.ts'

const box = { left: 10, top: 20, width: 30, height: 40 }
const read = (number: string, more: Partial<ShownBib> = {}): ShownBib => ({
  number,
  confidence: 0.9,
  box,
  origin: 'ocr',
  raw: number,
  ...more,
})
const BIBS = [read('587'), read('1284'), read('99999')]

describe('applying a roster', () => {
  it('keeps listed readings, corrects those with one explanation, and marks all others', () => {
    expect(applyRoster(BIBS, new Set(['587', '1204', '1299']))).toEqual([
      read('587'),
      read('1204', { origin: 'roster', raw: '1284' }),
      read('99999', { unlisted: true }),
    ])
  })

  it('never changes what a person said', () => {
    const said = read('7', { origin: 'person', confidence: 1 })
    expect(applyRoster([said], new Set(['587']))).toEqual([said])
  })

  it('is based on what was read, not on an earlier correction', () => {
    const first = applyRoster(BIBS, new Set(['1204']))
    expect(applyRoster(first, new Set(['587', '1234', '1294']))).toEqual(
      applyRoster(BIBS, new Set(['587', '1234', '1294'])),
    )
    expect(applyRoster(first)).toEqual(BIBS)
  })

  it.each([
    ['58?', '58'],
    ['５８', '58'],
    ['5 8', '58'],
    ['S8', '58'],
  ])('leads from %j and back', (raw, number) => {
    const bibs = [read(number, { raw })]
    const [corrected] = applyRoster(bibs, new Set(['587']))
    expect(corrected).toMatchObject({ number: '587', origin: 'roster' })
    expect(applyRoster([corrected!])).toMatchObject([{ number, origin: 'ocr' }])
    expect(applyRoster([corrected!], new Set(['158']))).toMatchObject([{ number: '158', origin: 'roster' }])
  })

  it('changes nothing the second time', () => {
    const roster = new Set(['587', '1204'])
    const once = applyRoster(BIBS, roster)
    expect(applyRoster(once, roster)).toEqual(once)
  })
})
