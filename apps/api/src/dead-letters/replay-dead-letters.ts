import { MAX_COUNTED, type ReplayReport, type ReplayResult } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import type { DeadLetterFilter, DeadLetterStore } from './dead-letter-store.ts'

/** Tasks by id, or the oldest that match, at most `limit`. */
export type ReplayWish = { tenant: string; ids: readonly string[] } | { filter: DeadLetterFilter; limit: number }

interface ReplayOptions {
  /** Only count them. */
  dryRun: boolean
  /** Whether people are told of the new ends. */
  notify?: boolean
}

/** Restarts failed tasks, each with a new epoch. */
export class ReplayDeadLetters extends RequestData<ReplayReport> {
  readonly wish: ReplayWish
  readonly options: ReplayOptions

  constructor(wish: ReplayWish, options: ReplayOptions) {
    super()
    this.wish = wish
    this.options = options
  }
}

/** Concurrently: a large replay must not slow down uploads. */
const SIDE_BY_SIDE = 8

const NOT_DEAD: Omit<ReplayResult, 'id'> = {
  outcome: 'refused',
  code: 'NOT_A_DEAD_LETTER',
  detail: 'There is no failed task with this id.',
}

type Retry = (tenant: string, id: string, notify: boolean) => Promise<unknown>

export class ReplayDeadLettersHandler implements RequestHandler<ReplayDeadLetters, ReplayReport> {
  readonly #deps

  constructor(deps: { store: DeadLetterStore; retry: Retry }) {
    this.#deps = deps
  }

  async handle({ wish, options: { dryRun, notify = false } }: ReplayDeadLetters): Promise<ReplayReport> {
    const { store } = this.#deps
    if ('ids' in wish) return this.#replayNamed(wish.tenant, [...new Set(wish.ids)], { dryRun, notify })
    const counted = await store.count(wish.filter, MAX_COUNTED + 1)
    const found = { matched: Math.min(counted, MAX_COUNTED), matchedIsExact: counted <= MAX_COUNTED }
    if (dryRun) return { dryRun, ...found, replayed: 0, items: [] }
    return reportOf(found, await this.#retryAll(wish.filter.tenant, await store.ids(wish.filter, wish.limit), notify))
  }

  async #replayNamed(
    tenant: string,
    ids: readonly string[],
    { dryRun, notify }: Required<ReplayOptions>,
  ): Promise<ReplayReport> {
    const failed = await this.#deps.store.failedAmong(tenant, ids)
    const refused = ids.filter((id) => !failed.has(id)).map((id) => ({ id, ...NOT_DEAD }))
    const found = { matched: failed.size, matchedIsExact: true }
    if (dryRun) return { dryRun, ...found, replayed: 0, items: refused }
    return reportOf(found, [...(await this.#retryAll(tenant, [...failed], notify)), ...refused])
  }

  async #retryAll(tenant: string, ids: readonly string[], notify: boolean): Promise<ReplayResult[]> {
    const results: ReplayResult[] = []
    for (let next = 0; next < ids.length; next += SIDE_BY_SIDE) {
      results.push(
        ...(await Promise.all(ids.slice(next, next + SIDE_BY_SIDE).map((id) => this.#retry(tenant, id, notify)))),
      )
    }
    return results
  }

  /**
   * A failure of one task is its own result; one that affects all (a store is down) ends the
   * replay.
   */
  async #retry(tenant: string, id: string, notify: boolean): Promise<ReplayResult> {
    try {
      await this.#deps.retry(tenant, id, notify)
      return { id, outcome: 'replayed' }
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      return { id, outcome: 'refused', code: error.code, detail: error.message }
    }
  }
}

type Found = Pick<ReplayReport, 'matched' | 'matchedIsExact'>

const reportOf = (found: Found, items: ReplayResult[]): ReplayReport => ({
  dryRun: false,
  ...found,
  replayed: items.filter(({ outcome }) => outcome === 'replayed').length,
  items,
})
