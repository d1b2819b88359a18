import type { TaskEstimate } from '@darkroom/contracts'

/**
 * The range in words: `5-30 seconds`, `2-5 minutes`. The upper end is always above the lower. No
 * time is given while the queue is paused.
 */
export function estimateText({ p50Ms, p90Ms, paused }: Omit<TaskEstimate, 'position'>): string {
  if (paused) return 'not before the queue is resumed'
  const [unit, unitMs] = UNITS.find(([, , fromMs]) => p90Ms >= fromMs) ?? SECONDS
  const from = Math.max(1, Math.floor(p50Ms / unitMs))
  const to = Math.max(from + 1, Math.ceil(p90Ms / unitMs))
  return `${from}-${to} ${unit}`
}

type Unit = readonly [name: string, ms: number, fromMs: number]
const SECONDS: Unit = ['seconds', 1000, 0]
const UNITS: readonly Unit[] = [['hours', 3_600_000, 2 * 3_600_000], ['minutes', 60_000, 2 * 60_000], SECONDS]
