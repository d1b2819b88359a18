/** A costly question is asked for at most one part in so many of the time. */
const PARTS = 20

/** How long after a costly question that took `tookMs` its answer serves, at least `ms`. */
export const restFor = (tookMs: number, ms: number): number => Math.max(ms, tookMs * PARTS)

/**
 * The answer of `load`, asked at most every `ms`: however often it is wanted, whatever it asks is
 * asked once. What is costly is also asked for at most a twentieth of the time. A failure is told
 * to all who wait for it and then forgotten.
 */
export function remember<T>(
  ms: number,
  load: () => Promise<T>,
  { costly = false, now = Date.now } = {},
): () => Promise<T> {
  let known: { until: number; value: Promise<T> } | undefined
  return () => {
    if (known && now() <= known.until) return known.value
    const startedAt = now()
    const asked = { until: costly ? Number.POSITIVE_INFINITY : startedAt + ms, value: load() }
    known = asked
    asked.value.then(
      () => {
        if (costly) asked.until = startedAt + restFor(now() - startedAt, ms)
      },
      () => {
        if (known === asked) known = undefined
      },
    )
    return asked.value
  }
}
