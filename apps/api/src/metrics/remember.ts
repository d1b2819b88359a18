/**
 * The answer of `load`, asked at most every `ms`: however often it is wanted, whatever it asks is asked once. A failure
 * is told to all who wait for it and then forgotten.
 */
export function remember<T>(ms: number, load: () => Promise<T>): () => Promise<T> {
  let known: { at: number; value: Promise<T> } | undefined
  return () => {
    if (known && Date.now() - known.at <= ms) return known.value
    const asked = { at: Date.now(), value: load() }
    known = asked
    asked.value.catch(() => {
      if (known === asked) known = undefined
    })
    return asked.value
  }
}
