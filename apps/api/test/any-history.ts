import type { TaskEvent } from '@darkroom/contracts'
import fc from 'fast-check'
import type { Run } from './task-history.ts'

/**
 * The runs of a task as they may happen: failed or lost attempts, then an end or an unfinished run.
 */
export function anyHistory(): fc.Arbitrary<Run[]> {
  const earlier = fc.record({ progress: fc.nat(3), end: fc.constantFrom<Run['end']>('retry', 'lost') })
  const last = fc.record({
    progress: fc.nat(3),
    end: fc.constantFrom<Run['end']>('completed', 'failed', 'running', 'retry'),
  })
  return fc.tuple(fc.array(earlier, { maxLength: 3 }), last).map(([before, end]) => [...before, end])
}

/** All items at least once, in any order. */
export function shuffledWithDuplicates(events: readonly TaskEvent[]): fc.Arbitrary<TaskEvent[]> {
  const repeats = fc.subarray([...events, ...events])
  return repeats.chain((again) => {
    const all = [...events, ...again]
    return fc.shuffledSubarray(all, { minLength: all.length })
  })
}
