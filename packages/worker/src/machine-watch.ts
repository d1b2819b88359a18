import type { Logger } from '@darkroom/runtime'

export interface MachineWatchOptions {
  /** Rejects while this machine cannot do the work. */
  check: () => Promise<void>
  /** Called once per outage. */
  pause: () => void
  resume: () => void
  log: Logger
  /** Wait before the second check of an outage; doubles up to `maxDelayMs`. */
  firstDelayMs?: number
  maxDelayMs?: number
  /** A check that takes longer has failed: hanging storage is unusable. */
  timeoutMs?: number
}

/**
 * Knows whether this machine can do the work. While it cannot, the worker is paused, and resumes by
 * itself once a check passes: a broken worker is always free, so it would take all jobs and
 * complete none.
 */
export class MachineWatch {
  readonly #options
  #trouble: string | undefined
  #look: Promise<string | undefined> | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor({ firstDelayMs = 500, maxDelayMs = 5000, timeoutMs = 10_000, ...options }: MachineWatchOptions) {
    this.#options = { ...options, firstDelayMs, maxDelayMs, timeoutMs }
  }

  /** Why no jobs are taken; undefined if they are. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Checks now. If something is wrong, pauses the worker and returns the reason. */
  async confirm(): Promise<string | undefined> {
    if (this.#trouble !== undefined) return this.#trouble
    const trouble = await this.#check()
    if (trouble !== undefined && this.#trouble === undefined && !this.#stopped) this.#begin(trouble)
    return trouble
  }

  /** Nothing is paused or resumed after this. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #begin(trouble: string): void {
    const { pause, log, firstDelayMs } = this.#options
    this.#trouble = trouble
    pause()
    log.error({ reason: trouble }, 'taking no jobs: the check of this machine failed')
    this.#checkAfter(firstDelayMs, performance.now())
  }

  #checkAfter(delayMs: number, since: number): void {
    // Workers that were paused by the same outage should not all resume at the same moment.
    const jittered = delayMs * (0.8 + Math.random() * 0.4)
    this.#timer = setTimeout(() => void this.#checkAgain(delayMs, since), jittered)
  }

  async #checkAgain(delayMs: number, since: number): Promise<void> {
    const { resume, log, maxDelayMs } = this.#options
    const trouble = await this.#check()
    if (this.#stopped) return
    if (trouble !== undefined) {
      if (trouble !== this.#trouble) log.warn({ reason: trouble }, 'still taking no jobs, for a different reason')
      this.#trouble = trouble
      return this.#checkAfter(Math.min(delayMs * 2, maxDelayMs), since)
    }
    this.#trouble = undefined
    log.info({ outageMs: Math.round(performance.now() - since) }, 'taking jobs again')
    resume()
  }

  /** One check at a time, because a hanging one occupies a thread. */
  async #check(): Promise<string | undefined> {
    const { check, timeoutMs } = this.#options
    this.#look ??= check()
      .then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      .finally(() => (this.#look = undefined))
    const { promise: late, resolve } = Promise.withResolvers<string>()
    const timer = setTimeout(
      () => resolve(`The storage, or a program that jobs need, did not respond within ${timeoutMs} ms`),
      timeoutMs,
    )
    return Promise.race([this.#look, late]).finally(() => clearTimeout(timer))
  }
}
