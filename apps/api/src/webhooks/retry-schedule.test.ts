import { describe, expect, it } from 'vitest'
import { consequenceOf, retryAfterMsOf, type Verdict } from './retry-schedule.ts'

const now = new Date('2026-05-01T12:00:00Z')
const delaysMs = [5000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000]
const failure: Verdict = { ok: false, status: 500, error: 'no', response: '' }
const after = (made: number, verdict: Partial<Verdict> = {}, random = 0.5) =>
  consequenceOf(made, { ...failure, ...verdict }, { delaysMs, now, random })
const waitOf = (...given: Parameters<typeof after>): number =>
  (after(...given).nextAt?.getTime() ?? Number.NaN) - now.getTime()

describe('a failed attempt', () => {
  it('is followed by the next one after its delay, ten in all', () => {
    expect(delaysMs.map((_delay, index) => waitOf(index + 1))).toEqual(delaysMs)
    expect(after(10)).toEqual({ state: 'failed', nextAt: null, endedAt: now, made: 10 })
  })

  it('waits a tenth less or more', () => {
    expect([waitOf(1, {}, 0), waitOf(1, {}, 1)]).toEqual([4500, 5500])
  })

  it('waits longer if it was asked to, up to a day, but never less', () => {
    expect(waitOf(1, { retryAfterMs: 60_000 })).toBe(60_000)
    expect(waitOf(2, { retryAfterMs: 1000 })).toBe(300_000)
    expect(waitOf(1, { retryAfterMs: 10 * 86_400_000 })).toBe(86_400_000)
  })

  it('is the last if no other can succeed', () => {
    expect(after(1, { isFinal: true })).toMatchObject({ state: 'failed', nextAt: null })
  })
})

it.each([
  ['120', 120_000],
  [new Date(now.getTime() + 5000).toUTCString(), 5000],
  [new Date(now.getTime() - 5000).toUTCString(), 0],
  ['soon', 0],
  ['-1', 0],
  [undefined, 0],
])('Retry-After: %s means %s ms', (header, ms) => {
  expect(retryAfterMsOf(header, now)).toBe(ms)
})
