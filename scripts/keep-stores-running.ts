import { setTimeout as pause } from 'node:timers/promises'
import type { LocalService, LocalServices } from '@darkroom/local-services'

const RESTART_MS = 1000

/**
 * Restarts a store that crashed or was killed, as a service manager would. Returns a function that
 * stops this.
 */
export function keepStoresRunning({ redis, mongo, s3 }: LocalServices, say: (line: string) => void): () => void {
  const released = new AbortController()
  const watch = (name: string, service: LocalService): void => {
    service.onCrash?.(() => {
      if (released.signal.aborted) return
      say(`${name} ended unexpectedly; restarting it`)
      void restartUntilReady(name, service, say, released.signal)
    })
  }
  watch('Redis', redis)
  watch('MongoDB', mongo)
  if (s3) watch('The S3 server', s3)
  return () => released.abort()
}

async function restartUntilReady(
  name: string,
  service: LocalService,
  say: (line: string) => void,
  released: AbortSignal,
): Promise<void> {
  while (!released.aborted) {
    try {
      return await service.restart?.()
    } catch (error) {
      if (!released.aborted)
        say(`${name} could not be started: ${error instanceof Error ? error.message : String(error)}`)
    }
    await pause(RESTART_MS, undefined, { signal: released }).catch(() => {})
  }
}
