import { rememberNewest } from '../ground/remember-newest.ts'

/**
 * How long tasks that passed through this process keep their files: it spares a question when they
 * end. May have been changed since.
 */
export class KnownTtls {
  readonly #seconds = new Map<string, number>()

  remember({ id, ttlSeconds }: { id: string; ttlSeconds: number }): void {
    rememberNewest(this.#seconds, id, ttlSeconds)
  }

  secondsOf(id: string): number | undefined {
    return this.#seconds.get(id)
  }
}
