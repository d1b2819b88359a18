import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'

export interface UntilOptions {
  /** Time limit. Default 10 s. */
  timeoutMs?: number
  /** Pause between two checks. Default 25 ms. */
  intervalMs?: number
  /** What the test is waiting for: 'task completed'. */
  what?: string
}

/**
 * Calls `check` until it returns a truthy value, and returns that. A check that throws is repeated.
 * On timeout the error says what was expected and what the last result was.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 10_000, intervalMs = 25, what = 'the condition' }: UntilOptions = {},
): Promise<Exclude<Awaited<T>, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const outcome = await attempt(check)
    if ('value' in outcome && outcome.value) return outcome.value as never
    if (performance.now() >= deadline) throw timeoutError(what, timeoutMs, outcome)
    await sleep(intervalMs)
  }
}

type Outcome = { value: unknown } | { error: unknown }

async function attempt(check: () => unknown): Promise<Outcome> {
  try {
    return { value: await check() }
  } catch (error) {
    return { error }
  }
}

function timeoutError(what: string, timeoutMs: number, last: Outcome): Error {
  if ('error' in last)
    return new Error(`Waited ${timeoutMs} ms for ${what}; the last check threw: ${String(last.error)}`, {
      cause: last.error,
    })
  return new Error(`Waited ${timeoutMs} ms for ${what}; the last value was ${inspect(last.value, { depth: 4 })}`)
}
