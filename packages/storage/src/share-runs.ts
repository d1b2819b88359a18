/**
 * Callers that arrive while an action is running for the same key share its next run, which begins
 * when that one has ended. For an action of which one run is as good for all who asked before it
 * began, such as syncing a folder.
 */
export function shareRuns<T>(run: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>()
  const next = new Map<string, Promise<T>>()

  const start = (key: string): Promise<T> => {
    const started = run(key)
    running.set(key, started)
    const forget = (): boolean => running.get(key) === started && running.delete(key)
    started.then(forget, forget)
    return started
  }

  return (key) => {
    const current = running.get(key)
    if (!current) return start(key)
    const waiting = next.get(key)
    if (waiting) return waiting
    const begin = (): Promise<T> => {
      next.delete(key)
      return start(key)
    }
    const later = current.then(begin, begin)
    next.set(key, later)
    return later
  }
}
