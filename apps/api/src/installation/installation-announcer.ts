import { announceInstallation, type QueueNames } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'

/** Redis may lose everything: a worker that starts after that must not wait long for the id. */
const REPEAT_MS = 10_000

/**
 * Announces the id of the installation to the workers, so that a worker whose folder is wrong or
 * not mounted takes no jobs. It is the database's id, never that of a folder: a replica with a
 * wrong folder must not stop the workers with the right one.
 */
export class InstallationAnnouncer {
  readonly #deps
  #timer: NodeJS.Timeout | undefined

  constructor(deps: {
    redis: Redis
    names: readonly QueueNames[]
    installation: () => string | undefined
    log: Logger
  }) {
    this.#deps = deps
    deps.redis.on('ready', () => this.#timer && void this.announce())
  }

  start(): void {
    this.#timer = setInterval(() => void this.announce(), REPEAT_MS)
    void this.announce()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async announce(): Promise<void> {
    const { redis, names, installation, log } = this.#deps
    const id = installation()
    if (id === undefined || redis.status !== 'ready') return
    try {
      await Promise.all(names.map((ofQueue) => announceInstallation(redis, ofQueue, id)))
    } catch (error) {
      log.debug({ err: error }, 'installation not announced; trying again')
    }
  }
}
