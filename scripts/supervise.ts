import { setTimeout as pause } from 'node:timers/promises'
import { describeExit, NotReadyError, READY_MS, type AppOptions, type AppProcess } from './processes.ts'

export interface Supervised {
  /** Resolves when it is ready for the first time; never, if it is stopped before. */
  ready: Promise<void>
  /** Of its current life; undefined between two. */
  pid: () => number | undefined
  /** Ends it like a crash. */
  kill: () => void
  /** Stops the process and starts it again immediately. */
  restart: () => void
  /** Stops the process for good; after `graceMs` it is killed. */
  stop: (graceMs: number) => Promise<void>
}

export interface SuperviseOptions {
  name: string
  start: (options: AppOptions) => Promise<AppProcess>
  say: (line: string) => void
  /** The process reports an invalid environment, which a restart cannot fix. */
  onConfigError: () => void
}

const EX_CONFIG = 78
const RESTART_MS = 1000
const MAX_RESTART_MS = 5000
const RESTART_GRACE_MS = 3000
const MAX_READY_MS = 10 * 60_000

/**
 * Keeps a process running: one that ends is restarted after a second. While it fails to start, the
 * delays get longer, and so does the time in which it must be ready: a machine may just be busy.
 */
export function supervise({ name, start, say, onConfigError }: SuperviseOptions): Supervised {
  const stopping = new AbortController()
  const ready = Promise.withResolvers<void>()
  let current: AppProcess | undefined
  let restarting = false

  /** One life of the process. Returns the delay before the next one. */
  const live = async (failures: number): Promise<{ failures: number; waitMs: number }> => {
    try {
      const readyTimeoutMs = Math.min(READY_MS * 2 ** failures, MAX_READY_MS)
      current = await start({ name, readyTimeoutMs, signal: stopping.signal })
      ready.resolve()
      const exit = await current.exited
      if (!stopping.signal.aborted && !restarting) say(`${name} ended (${describeExit(exit)}); restarting it`)
      return { failures: 0, waitMs: restarting ? 0 : RESTART_MS }
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error
      if (error.exit?.code === EX_CONFIG) onConfigError()
      else if (!stopping.signal.aborted) say(`${firstLine(error.message)}; trying again`)
      return { failures: failures + 1, waitMs: Math.min(RESTART_MS * 2 ** failures, MAX_RESTART_MS) }
    } finally {
      current = undefined
      restarting = false
    }
  }

  const run = async (): Promise<void> => {
    let failures = 0
    while (!stopping.signal.aborted) {
      const life = await live(failures)
      failures = life.failures
      await pause(life.waitMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const running = run()

  return {
    ready: ready.promise,
    pid: () => current?.pid,
    kill: () => current?.kill(),
    restart: () => {
      restarting = current !== undefined
      void current?.stop(RESTART_GRACE_MS)
    },
    stop: async (graceMs) => {
      stopping.abort()
      await current?.stop(graceMs)
      await running
    },
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('').replace(/:$/, '')
}
