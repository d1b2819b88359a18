import type { Logger } from '@darkroom/runtime'

/**
 * Logs what fails again and again once an outage: its first failure as a warning, the others at
 * debug, and its end.
 */
export class OutageLog {
  readonly #log: Logger
  readonly #what: string
  #failing = false

  /** @param what fails, as it is logged: `queue events cannot be applied` */
  constructor(log: Logger, what: string) {
    this.#log = log
    this.#what = what
  }

  failed(error: unknown, facts: object = {}): void {
    this.#log[this.#failing ? 'debug' : 'warn']({ err: error, ...facts }, this.#what)
    this.#failing = true
  }

  worked(): void {
    if (this.#failing) this.#log.info(`resolved: ${this.#what}`)
    this.#failing = false
  }
}
