/** What a file of this folder exports as `benchmark`. */
export interface Benchmark {
  run: (args: readonly string[]) => Promise<BenchmarkResult>
}

export interface BenchmarkResult {
  figures: Figure[]
  /** Further lines for people. */
  notes: string[]
  /** For the record: options, rounds and all that they measured. */
  details: object
}

/** One figure that a benchmark is about: the median of its rounds. */
export interface Figure {
  /**
   * What was measured, and what it is held against: "photos a second to those of a bare sharp
   * loop".
   */
  what: string
  value: number
  spread: { least: number; most: number }
  unit: '' | 'x' | 'ms' | '%' | 'MB'
  /**
   * Where the benchmark has failed, and where we want to be. Without it the figure is for the
   * record.
   */
  bound?: Bound
}

export type Bound = { atLeast: number; goal: number } | { atMost: number; goal: number }

export function figureOf(what: string, values: readonly number[], unit: Figure['unit'], bound?: Bound): Figure {
  const spread = { least: Math.min(...values), most: Math.max(...values) }
  return { what, value: percentile(values, 50), spread, unit, ...(bound && { bound }) }
}

/**
 * Whether a figure is on the right side of its bound. Where nothing could be measured it is not.
 */
export function holds({ value, bound }: Figure): boolean {
  if (!bound) return true
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost
}

/** The value that so many percent of all are not above; between two of them it is reckoned. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = ((sorted.length - 1) * percent) / 100
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  if (below === undefined || above === undefined) return Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
