export type Attempt<T> =
  | { found: T }
  /** `said`: the reader would wonder why this method was skipped, so it gets its own line. */
  | { skipped: string; said?: boolean }

export interface Way<T> {
  /** "redis-server on PATH": as shown in the error that lists all methods. */
  name: string
  attempt: () => Promise<Attempt<T>>
}

/**
 * Tries the methods in order and returns the result of the first that works; `describe` returns the
 * line about it.
 */
export async function firstThatWorks<T>(
  service: string,
  ways: Way<T>[],
  options: { describe: (found: T) => string; log: (line: string) => void; waysOut: string[] },
): Promise<T> {
  const reasons: string[] = []
  for (const way of ways) {
    const attempt = await tried(way)
    if ('found' in attempt) {
      options.log(`${service}: ${options.describe(attempt.found)}`)
      return attempt.found
    }
    reasons.push(`${way.name}: ${attempt.skipped}`)
    if (attempt.said === true) options.log(`${service}: ${way.name} skipped: ${attempt.skipped}`)
  }
  throw new Error(noWayLeft(service, reasons, options.waysOut))
}

/** A method that fails is skipped with its reason; the next one may work. */
async function tried<T>(way: Way<T>): Promise<Attempt<T>> {
  try {
    return await way.attempt()
  } catch (error) {
    return { skipped: error instanceof Error ? error.message : String(error), said: true }
  }
}

function noWayLeft(service: string, reasons: string[], waysOut: string[]): string {
  return [
    `${service} was not found and could not be started.`,
    'Do one of the following:',
    ...waysOut.map((way) => `  - ${way}`),
    'Tried:',
    ...reasons.map((reason) => `  - ${reason}`),
  ].join('\n')
}
