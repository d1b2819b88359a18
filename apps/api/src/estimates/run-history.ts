import type { Task, TaskKind } from '@darkroom/contracts'

/**
 * Megapixels up to which sources count as of one size: decoding costs by the pixel, not by the
 * byte.
 */
const SIZES_MPX = [1, 4, 8, 16, 32, Number.POSITIVE_INFINITY]
const KEPT = 200
/** Fewer runs than this say nothing about how long others take. */
const ENOUGH = 5

export interface RunTimes {
  /** Milliseconds. */
  p50: number
  p90: number
}

/** How long the newest runs took, by kind and size of source. */
export class RunHistory {
  readonly #samples = new Map<string, number[]>()

  add(kind: TaskKind, source: Task['source'], runMs: number): void {
    for (const key of [kind, sizeOf(kind, source)]) {
      const runs = this.#samples.get(key) ?? []
      runs.push(runMs)
      if (runs.length > KEPT) runs.shift()
      this.#samples.set(key, runs)
    }
  }

  /** Of sources of this size, else of the whole kind; undefined while too little is known. */
  timesOf(kind: TaskKind, source: Task['source']): RunTimes | undefined {
    const runs = [sizeOf(kind, source), kind]
      .map((key) => this.#samples.get(key) ?? [])
      .find(({ length }) => length >= ENOUGH)
    if (!runs) return undefined
    const sorted = runs.toSorted((a, b) => a - b)
    return { p50: percentile(sorted, 0.5), p90: percentile(sorted, 0.9) }
  }

  /** Of all sizes of a kind: what a queue of unknown photos takes, each. */
  meanOf(kind: TaskKind): number | undefined {
    const runs = this.#samples.get(kind) ?? []
    return runs.length >= ENOUGH ? runs.reduce((sum, runMs) => sum + runMs, 0) / runs.length : undefined
  }
}

const sizeOf = (kind: TaskKind, { width, height }: Task['source']): string =>
  `${kind} ${SIZES_MPX.findIndex((size) => width * height <= size * 1e6)}`

/** The value that the share `p` of all does not exceed (nearest rank). */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? 0
}
