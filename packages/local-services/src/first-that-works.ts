export type Attempt<T> =
  | { found: T }
  /** `said`: the reader would wonder why this way was not taken, so it gets its own line. */
  | { skipped: string; said?: boolean }

export interface Way<T> {
  /** "redis-server on PATH": as it stands in the error that names every way. */
  name: string
  attempt: () => Promise<Attempt<T>>
}

/**
 * Takes the ways in order and returns what the first good one found; `describe` makes the one line
 * about it.
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
    if (attempt.said === true) options.log(`${service}: not by ${way.name}: ${attempt.skipped}`)
  }
  throw new Error(noWayLeft(service, reasons, options.waysOut))
}

/** A way that breaks is a way not taken: the next one may work, and the reason is said. */
async function tried<T>(way: Way<T>): Promise<Attempt<T>> {
  try {
    return await way.attempt()
  } catch (error) {
    return { skipped: error instanceof Error ? error.message : String(error), said: true }
  }
}

function noWayLeft(service: string, reasons: string[], waysOut: string[]): string {
  return [
    `No ${service} was found, and none could be started.`,
    'Any one of these helps:',
    ...waysOut.map((way) => `  - ${way}`),
    'What was tried:',
    ...reasons.map((reason) => `  - ${reason}`),
  ].join('\n')
}
