/** Work that is repeated, one pass at a time. */
export abstract class RepeatedPass {
  readonly #intervalMs: number
  #timer: NodeJS.Timeout | undefined
  #pass: Promise<void> | undefined
  #stopped = false

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.check(), this.#intervalMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#pass
  }

  /** Starts a pass, or joins the current one. Never throws. */
  async check(): Promise<void> {
    this.#pass ??= this.checkDue().finally(() => (this.#pass = undefined))
    return this.#pass
  }

  /** A pass ends early when this is true. */
  protected get isStopped(): boolean {
    return this.#stopped
  }

  /** One pass. Must not throw. */
  protected abstract checkDue(): Promise<void>
}
