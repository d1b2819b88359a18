/** However long a question takes: it is asked for at most this share of the time. */
const SHARE = 20

/** How long after a question that took `tookMs` its answer serves, at least `ms`. */
export const restFor = (tookMs: number, ms: number): number => Math.max(ms, tookMs * SHARE)

/**
 * The answer of `load`, asked at most every `ms`, and for at most a twentieth of the time: however often it is wanted, whatever it
 * asks is asked once. A failure is told to all who wait for it and then forgotten.
 */
export function remember<T>(ms: number, load: () => Promise<T>, now = Date.now): () => Promise<T> {
  let known: { until: number; value: Promise<T> } | undefined
  return () => {
    if (known && now() <= known.until) return known.value
    const startedAt = now()
    const asked = { until: Number.POSITIVE_INFINITY, value: load() }
    known = asked
    asked.value.then(
      () => (asked.until = startedAt + restFor(now() - startedAt, ms)),
      () => {
        if (known === asked) known = undefined
      },
    )
    return asked.value
  }
}
