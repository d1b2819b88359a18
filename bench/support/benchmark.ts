/** What each file in this folder exports as `benchmark`. */
export interface Benchmark {
  run: (args: readonly string[]) => Promise<BenchmarkResult>
}

export interface BenchmarkResult {
  figures: Figure[]
  /** Further lines of output. */
  notes: string[]
  /** For the record: options, rounds and all measurements. */
  details: object
}

/** One figure of a benchmark: the median of its rounds. */
export interface Figure {
  /** What was measured, and its baseline: "photos per second, relative to a bare sharp loop". */
  what: string
  value: number
  spread: { least: number; most: number }
  unit: '' | 'x' | 'ms' | '%' | 'MB'
  /**
   * The bound beyond which the benchmark fails, and our goal. Without it the figure is only
   * recorded.
   */
  bound?: Bound
}

export type Bound = { atLeast: number; goal: number } | { atMost: number; goal: number }

export function figureOf(what: string, values: readonly number[], unit: Figure['unit'], bound?: Bound): Figure {
  const spread = { least: Math.min(...values), most: Math.max(...values) }
  return { what, value: percentile(values, 50), spread, unit, ...(bound && { bound }) }
}

/** Whether a figure is within its bound. If nothing could be measured, it is not. */
export function holds({ value, bound }: Figure): boolean {
  if (!bound) return true
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost
}

/** The percentile of the values, interpolated between two of them. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = ((sorted.length - 1) * percent) / 100
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  if (below === undefined || above === undefined) return Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
