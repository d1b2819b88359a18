import { factsOf } from './facts.ts'
import { only, type Entry } from './history.ts'
import { invariants } from './invariants.ts'
import { numbersOf, type Numbers } from './numbers.ts'

export interface Violation {
  invariant: string
  says: string
  count: number
  examples: string[]
}

export interface Verdict {
  name: string
  title: string
  mutation: string | null
  seed: number
  /** The server used as MongoDB. */
  mongo: string
  passed: boolean
  violations: Violation[]
  numbers: Numbers
  /** The scenario's own conditions and measurements. */
  checks: { name: string; ok: boolean; detail: string }[]
  file: string
}

const EXAMPLES = 5

/** The verdict on a history. */
export function judge(entries: readonly Entry[], file: string): Verdict {
  const facts = factsOf(entries)
  const violations = invariants.flatMap(({ name, says, broken }) => {
    const examples = broken(facts)
    return examples.length > 0
      ? [{ invariant: name, says, count: examples.length, examples: examples.slice(0, EXAMPLES) }]
      : []
  })
  const about = only(entries, 'scenario')[0]?.args
  return {
    name: about?.name ?? 'unknown',
    title: about?.title ?? '',
    mutation: about?.mutation ?? null,
    seed: about?.seed ?? 0,
    mongo: about?.mongo ?? '',
    // A history without final reads proves nothing.
    passed: violations.length === 0 && only(entries, 'rest').length > 0,
    violations,
    numbers: numbersOf(facts),
    checks: only(entries, 'check').map(({ outcome, args }) => ({ ...args, ok: outcome === 'ok' })),
    file,
  }
}
