const KEPT = 200
/** Fewer runs are not enough for an estimate. */
const ENOUGH = 5

/** Every size. */
const ANY = ''

export interface RunTimes {
  /** Milliseconds. */
  p50: number
  p90: number
}

/** The durations of the newest runs of a kind, by size. */
export class RunHistory {
  readonly #samples = new Map<string, number[]>()

  add(size: string, runMs: number): void {
    for (const key of [ANY, size]) {
      const runs = this.#samples.get(key) ?? []
      runs.push(runMs)
      if (runs.length > KEPT) runs.shift()
      this.#samples.set(key, runs)
    }
  }

  /**
   * For sources of this size, otherwise for the whole kind; undefined if there are not enough runs.
   */
  timesOf(size: string): RunTimes | undefined {
    const runs = [size, ANY].map((key) => this.#samples.get(key) ?? []).find(({ length }) => length >= ENOUGH)
    if (!runs) return undefined
    const sorted = runs.toSorted((a, b) => a - b)
    return { p50: percentile(sorted, 0.5), p90: percentile(sorted, 0.9) }
  }

  /** Of all sizes: the average duration of a job whose size is not known. */
  mean(): number | undefined {
    const runs = this.#samples.get(ANY) ?? []
    return runs.length >= ENOUGH ? runs.reduce((sum, runMs) => sum + runMs, 0) / runs.length : undefined
  }
}

/** The value that a share `p` of all values does not exceed (nearest rank). */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? 0
}
