const REMEMBERED = 10_000

/** Keeps an entry as the newest one; the oldest goes when there are too many. */
export function rememberNewest<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key)
  entries.set(key, value)
  if (entries.size <= REMEMBERED) return
  for (const oldest of entries.keys()) {
    entries.delete(oldest)
    break
  }
}
