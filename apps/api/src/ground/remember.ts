/** An expensive query takes at most this fraction of the time. */
const PARTS = 20

/** How long the result of a query that took `tookMs` is reused, at least `ms`. */
export const restFor = (tookMs: number, ms: number): number => Math.max(ms, tookMs * PARTS)

/**
 * Caches the result of `load` for at least `ms`; concurrent callers share one call. Expensive calls
 * take at most a twentieth of the time. A failure is reported to all waiting callers and not
 * cached.
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
