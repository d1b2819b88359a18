import { announceInstallation, type RedisNames } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { markInstallation } from '@darkroom/storage'
import type { Redis } from 'ioredis'

/** Redis may lose everything: a worker that starts after that must not have to wait long for the id. */
const REPEAT_MS = 10_000

/**
 * Marks the data folder as this installation's and tells the workers its id, so that a worker with a wrong folder, or with one whose mount
 * is away, takes no jobs. Both are tried again and again, for either store may be away.
 */
export class InstallationAnnouncer {
  readonly #deps
  #timer: NodeJS.Timeout | undefined
  #id: string | undefined

  constructor(deps: { redis: Redis; names: RedisNames; dataDir: string; log: Logger }) {
    this.#deps = deps
    deps.redis.on('ready', () => this.#timer && void this.#announce())
  }

  start(): void {
    this.#timer = setInterval(() => void this.#announce(), REPEAT_MS)
    void this.#announce()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #announce(): Promise<void> {
    const { redis, names, dataDir, log } = this.#deps
    try {
      this.#id ??= await markInstallation(dataDir)
      if (redis.status === 'ready') await announceInstallation(redis, names, this.#id)
    } catch (error) {
      log.debug({ err: error }, 'installation not announced; trying again')
    }
  }
}
