/** What a file of this folder exports as `benchmark`. */
export interface Benchmark {
  run: (args: readonly string[]) => Promise<BenchmarkResult>
}

export interface BenchmarkResult {
  /** Our figure by that of the limit, measured side by side: above 1 is better than the limit. The median of the rounds. */
  ratio: number
  spread: { least: number; most: number }
  /** Below it the benchmark has failed. */
  floor: number
  /** What the limit is: "of a bare sharp loop". */
  limit: string
  /** Further lines for people. */
  notes: string[]
  /** For the record: options, rounds and all that they measured. */
  details: object
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
