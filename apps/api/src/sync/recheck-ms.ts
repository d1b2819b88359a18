/** A task is checked again after half its age, within these bounds. */
const MIN_MS = 10_000
const MAX_MS = 60_000
/** Checks per second at most, however long the backlog is. */
const CHECKS_PER_SECOND = 200
/** The longest time between two checks of a task. */
const LONGEST_MS = 10 * 60_000

/**
 * When to check a task again whose job is waiting or running normally; in steps, so that many tasks
 * share one write.
 */
export function recheckMs({ ageMs, backlog }: { ageMs: number; backlog: number }): number {
  const byAge = Math.min(MAX_MS, Math.floor(ageMs / 2 / MIN_MS) * MIN_MS)
  const byBacklog = Math.ceil((backlog / CHECKS_PER_SECOND) * 1000)
  return Math.min(LONGEST_MS, Math.max(MIN_MS, byAge, byBacklog))
}
