import type { DeliveryRecord, Try } from './delivery-record.ts'

/** What came of an attempt. */
export interface Verdict {
  ok: boolean
  status: number | null
  error: string | null
  response: string
  /** The receiver asked to wait this long. */
  retryAfterMs?: number | undefined
  /** No further attempt can succeed. */
  isFinal?: boolean
}

const DAY_MS = 86_400_000
/** Deliveries that failed together are not all repeated at once. */
const JITTER = 0.1

/** The attempt as it is recorded. */
export const tryOf = ({ status, error, response }: Verdict, at: Date, now: Date): Try => ({
  ...{ at, durationMs: now.getTime() - at.getTime(), status, error, response },
})

/**
 * What follows from an attempt. `delaysMs` are the waits before the second attempt and the later
 * ones; a receiver that asks for a longer wait gets it, up to a day.
 */
export function consequenceOf(
  made: number,
  { ok, retryAfterMs = 0, isFinal = false }: Verdict,
  { delaysMs, now, random }: { delaysMs: readonly number[]; now: Date; random: number },
): Pick<DeliveryRecord, 'state' | 'nextAt' | 'endedAt' | 'made'> {
  const delayMs = delaysMs[made - 1]
  if (ok) return { state: 'delivered', nextAt: null, endedAt: now, made }
  if (isFinal || delayMs === undefined) return { state: 'failed', nextAt: null, endedAt: now, made }
  const waitMs = Math.max(delayMs * (1 - JITTER + 2 * JITTER * random), Math.min(retryAfterMs, DAY_MS))
  return { state: 'waiting', nextAt: new Date(now.getTime() + waitMs), endedAt: null, made }
}

/** A Retry-After header, in seconds or as a date; 0 if it is neither. */
export function retryAfterMsOf(header: string | string[] | undefined, now: Date): number {
  if (typeof header !== 'string') return 0
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now.getTime()
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}
