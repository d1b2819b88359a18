import type { TaskEstimate } from '@darkroom/contracts'

/**
 * When the next request is worthwhile: half of all tasks have ended by then. Never more than a
 * minute.
 */
export const retryAfter = ({ p50Ms, paused }: TaskEstimate): string =>
  String(paused ? LONGEST_SECONDS : Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(p50Ms / 1000))))

const LONGEST_SECONDS = 60
