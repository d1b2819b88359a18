import { inTime } from './in-time.ts'
import type { Logger } from './logger.ts'

/** One step of the shutdown: its name in the log, what it does, and its time limit. */
export interface ShutdownPhase {
  name: string
  timeoutMs: number
  run: () => Promise<unknown> | unknown
}

/**
 * Terminals and supervisors may both deliver one Ctrl-C; two signals this close together count as
 * one.
 */
const SAME_SIGNAL_MS = 500
/** Time limit for flushing the log. */
const LAST_LINES_MS = 1000

/**
 * Runs the phases in order. A phase that fails or takes too long is logged and skipped; the rest
 * still run.
 * @returns the names of the phases that failed.
 */
export async function runShutdown(phases: readonly ShutdownPhase[], log: Logger): Promise<string[]> {
  const troubled: string[] = []
  for (const phase of phases) {
    try {
      await inTime(phase.timeoutMs, phase.run)
      log.debug({ phase: phase.name }, 'shutdown phase finished')
    } catch (error) {
      troubled.push(phase.name)
      log.warn({ phase: phase.name, err: error }, 'shutdown phase failed')
    }
  }
  return troubled
}

/**
 * Shuts the process down in the given phases on SIGTERM, SIGINT or the death of its supervisor. A
 * second signal ends it immediately: every recovery path that a crash needs exists anyway. An
 * uncaught error is a bug: it is logged and ends the process the same way.
 * @param phases receives the name of the signal, or another reason
 */
export function closeOnSignal(
  phases: (reason: string) => readonly ShutdownPhase[],
  log: Logger,
  exit: (code: number) => void = process.exit,
): void {
  let startedAt: number | undefined
  const close = (reason: string, code: number): void => {
    if (startedAt !== undefined) {
      if (Date.now() - startedAt < SAME_SIGNAL_MS) return
      log.warn({ reason }, 'forced shutdown')
      return exit(1)
    }
    startedAt = Date.now()
    log.info({ reason }, 'shutting down')
    void runShutdown(phases(reason), log).then(async (troubled) => {
      log.info({ troubled, tookMs: Date.now() - (startedAt ?? 0) }, 'stopped')
      await lastLinesOf(log)
      exit(troubled.length > 0 ? 1 : code)
    })
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => close(signal, 0))
  // Started by a supervisor over an IPC channel: if the supervisor dies in any way, nothing that it
  // started stays behind.
  if (process.channel) process.on('disconnect', () => close('the supervisor is gone', 0))
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event)
      close(event, 1)
    })
  }
}

/**
 * A line that is still being written when the process ends may be lost or arrive after later ones.
 */
async function lastLinesOf(log: Logger): Promise<void> {
  await inTime(LAST_LINES_MS, () => new Promise<void>((resolve) => log.flush(() => resolve()))).catch(() => {})
}
