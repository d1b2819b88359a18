import type { Logger } from '@darkroom/runtime'

/**
 * Logs repeated failures once per outage: the first as a warning, the others at debug, and the end
 * of the outage.
 */
export class OutageLog {
  readonly #log: Logger
  readonly #what: string
  #failing = false

  /** @param what the message to log, such as `applying queue events failed` */
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
