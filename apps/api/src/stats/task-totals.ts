import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { inTime, type Logger } from '@darkroom/runtime'
import { restFor } from '../ground/remember.ts'
import type { StatsStore, TaskGroup, Totals } from './stats-store.ts'

/**
 * One query reads this many documents, which takes some tenths of a second, and the store rests for
 * as long before the next.
 */
const PIECE = 10_000
const CLAIM_MS = 60_000
const FRESH_MS = 10_000
const BEFORE_ALL = '0'.repeat(24)

/**
 * Totals over all tasks. Counting means reading every one of them, so it is done in small pieces,
 * by one process of an installation at a time, only on demand, and for at most a twentieth of the
 * time: callers get the last result immediately, with its time. A store of ten thousand tasks is
 * counted again every ten seconds, one of ten million every few hours.
 */
export class TaskTotals {
  readonly #store: StatsStore
  readonly #log: Logger
  readonly #piece: number
  readonly #stop: AbortSignal | undefined
  readonly #claimant = randomUUID()
  #counting: Promise<void> | undefined

  constructor({
    store,
    log,
    piece = PIECE,
    stop,
  }: {
    store: StatsStore
    log: Logger
    piece?: number
    /** Aborts a running count; another process, or the next start, starts again. */
    stop?: AbortSignal
  }) {
    this.#store = store
    this.#log = log
    this.#piece = piece
    this.#stop = stop
  }

  /** @returns undefined if they are still being counted for the first time after `patienceMs`. */
  async read(patienceMs: number): Promise<Totals | undefined> {
    const known = await this.#store.totals()
    if (known && Date.now() - known.at.getTime() <= restFor(known.tookMs, FRESH_MS)) return known
    const counting = (this.#counting ??= this.#count(known?.at ?? null).finally(() => (this.#counting = undefined)))
    const deadline = performance.now() + patienceMs
    await inTime(patienceMs, () => counting).catch(() => {})
    const latest = async (): Promise<Totals | undefined> => (await this.#store.totals()) ?? known
    // Another process may be counting.
    while (!(await latest()) && performance.now() < deadline) await delay(50)
    return latest()
  }

  async #count(since: Date | null): Promise<void> {
    const [at, startedAt] = [new Date(), performance.now()]
    const groups = new Map<string, TaskGroup>()
    try {
      for (let last: string | undefined = BEFORE_ALL; last !== undefined;) {
        if (!(await this.#store.claim({ claimant: this.#claimant, now: new Date(), forMs: CLAIM_MS, since }))) return
        const pieceAt = performance.now()
        const piece = await this.#store.sums(last, this.#piece)
        for (const group of piece.groups) add(groups, group)
        last = countOf(piece.groups) === this.#piece ? piece.last : undefined
        if (last !== undefined) await this.#rest(performance.now() - pieceAt)
        if (this.#stop?.aborted) return
      }
      await this.#store.saveTotals({ groups: [...groups.values()], at, tookMs: performance.now() - startedAt })
    } catch (error) {
      this.#log.warn({ err: error }, 'counting tasks failed')
    }
  }

  /** Waits this many milliseconds, unless it is stopped before. */
  async #rest(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop }).catch(() => {})
  }
}

const countOf = (groups: readonly TaskGroup[]): number => groups.reduce((sum, { count }) => sum + count, 0)

function add(groups: Map<string, TaskGroup>, { count, bytesIn, bytesOut, ...of }: TaskGroup): void {
  const key = Object.values(of).join(' ')
  const sum = groups.get(key) ?? { ...of, count: 0, bytesIn: 0, bytesOut: 0 }
  groups.set(key, {
    ...of,
    count: sum.count + count,
    bytesIn: sum.bytesIn + bytesIn,
    bytesOut: sum.bytesOut + bytesOut,
  })
}
