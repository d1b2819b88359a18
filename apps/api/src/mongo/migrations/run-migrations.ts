import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '@darkroom/runtime'
import { OutageLog } from '../../ground/outage-log.ts'
import type { Migration } from './migration.ts'
import type { MigrationState, MigrationStore } from './migration-store.ts'

export interface RunOptions {
  store: MigrationStore
  migrations: readonly Migration[]
  log: Logger
  stop: AbortSignal
  onProgress?: (state: MigrationState) => void
  /** Documents per update. */
  batchSize?: number
  /** A process that records no batch for this long loses its claim. */
  leaseMs?: number
  /** How often the other processes check. */
  lookMs?: number
}

export const BATCH_SIZE = 500
const LEASE_MS = 30_000
const LOOK_MS = 5000

/**
 * Runs the migrations that are not done, one after the other, until all are done or it is stopped.
 * However many processes call this, one of them runs a migration, and the others wait for it. Never
 * throws: it keeps trying.
 */
export async function runMigrations(options: RunOptions): Promise<void> {
  for (const migration of options.migrations) await new MigrationRun(migration, options).untilDone()
}

class MigrationRun {
  readonly #migration: Migration
  readonly #options: RunOptions
  readonly #me = randomUUID()
  readonly #outages: OutageLog
  /** The owner's last sign of life, and when it was first seen, by the clock of this process. */
  #heard: { beat: number; at: number } | undefined

  constructor(migration: Migration, options: RunOptions) {
    this.#migration = migration
    this.#options = options
    this.#outages = new OutageLog(options.log, 'migration failed; trying again')
  }

  async untilDone(): Promise<void> {
    const { stop, lookMs = LOOK_MS } = this.#options
    while (!stop.aborted) {
      try {
        const state = await this.#claim()
        this.#outages.worked()
        this.#options.onProgress?.(state)
        if (state.state === 'done') return
        await (state.owner === this.#me ? this.#work(state) : this.#rest(lookMs))
      } catch (error) {
        this.#outages.failed(error, this.#facts)
        await this.#rest(lookMs)
      }
    }
    await this.#options.store.release(this.#migration.id, this.#me).catch(() => {})
  }

  /** Claims the migration if no living process has. Returns its state in any case. */
  async #claim(): Promise<MigrationState> {
    const { store, log } = this.#options
    const { id } = this.#migration
    const [state] = await store.states([id])
    if (!state) {
      if (await store.begin(id, this.#me, await store.size(this.#migration))) log.info(this.#facts, 'migration started')
      return this.#claim()
    }
    if (state.state === 'done' || state.owner === this.#me) return state
    if (state.owner !== null && !this.#isSilent(state)) return state
    const taken = await store.takeOver(id, this.#me, state.beat)
    if (taken) log.info({ ...this.#facts, checked: taken.checked, total: taken.total }, 'migration resumed')
    return taken ?? state
  }

  #isSilent({ beat }: MigrationState): boolean {
    const now = performance.now()
    if (this.#heard?.beat !== beat) this.#heard = { beat, at: now }
    return now - this.#heard.at >= (this.#options.leaseMs ?? LEASE_MS)
  }

  /**
   * Batch after batch, until the end, a stop or the loss of the claim. This process may be frozen
   * and lose its claim at any point: then it repeats a batch at most, which changes nothing.
   */
  async #work({ position }: MigrationState): Promise<void> {
    const { store, stop, onProgress, batchSize = BATCH_SIZE } = this.#options
    const { id } = this.#migration
    for (let after = position; !stop.aborted;) {
      const startedAt = performance.now()
      const ids = await store.next(this.#migration, after, batchSize)
      if (ids.length === 0) return this.#finish()
      const changed = await store.apply(this.#migration, ids)
      after = ids.at(-1)
      const state = await store.record(id, this.#me, { position: after, checked: ids.length, changed })
      if (!state) return
      onProgress?.(state)
      // Half of the time belongs to the requests.
      await this.#rest(performance.now() - startedAt)
    }
  }

  async #finish(): Promise<void> {
    const { store, log } = this.#options
    const done = await store.finish(this.#migration.id, this.#me)
    if (!done) return
    const { checked, changed, startedAt, finishedAt } = done
    const tookMs = Number(finishedAt) - Number(startedAt)
    log.info({ ...this.#facts, checked, changed, tookMs }, 'migration finished')
  }

  get #facts() {
    return { migration: this.#migration.id, description: this.#migration.description }
  }

  /** Waits this many milliseconds, unless it is stopped before. */
  async #rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#options.stop }).catch(() => {})
  }
}
