import { setTimeout as pause } from 'node:timers/promises'
import type { LocalService, LocalServices } from '@darkroom/local-services'

const RESTART_MS = 1000

/**
 * Starts a store again that crashed or was killed, as any machine's service manager does. Returns
 * the end of that.
 */
export function keepStoresRunning({ redis, mongo }: LocalServices, say: (line: string) => void): () => void {
  const released = new AbortController()
  const watch = (name: string, service: LocalService): void => {
    service.onCrash?.(() => {
      if (released.signal.aborted) return
      say(`${name} ended; it is started again`)
      void restartUntilReady(name, service, say, released.signal)
    })
  }
  watch('Redis', redis)
  watch('MongoDB', mongo)
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
