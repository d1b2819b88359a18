import { expect, it } from 'vitest'
import { CacheBudget } from './cache-budget.ts'

const KIB = 1024
const entry = 'x'.repeat(64 * KIB)

it('an entry has at most 64 KiB, in bytes', () => {
  const budget = new CacheBudget()
  expect([entry, `${entry}x`, 'ä'.repeat(33 * KIB)].map((value) => budget.hasRoomFor(value))).toEqual([
    true,
    false,
    false,
  ])
})

it('allows at most 64 MiB per minute', () => {
  let now = 1_000_000
  const budget = new CacheBudget(() => now)
  const stored = (): number => Array.from({ length: 2000 }, () => budget.hasRoomFor(entry)).filter(Boolean).length
  expect([stored(), stored()]).toEqual([1024, 0])
  now += 60_000
  expect(stored()).toBe(1024)
})
