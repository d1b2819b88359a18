/** A terminal and npm may both deliver one Ctrl-C; signals this close together are one. */
const SAME_SIGNAL_MS = 500

/** Calls `stop` when this process is told to end. Told again, it ends at once; its children notice that by themselves. */
export function onStopSignal(stop: () => void): void {
  let toldAt: number | undefined
  const told = (): void => {
    if (toldAt === undefined) {
      toldAt = Date.now()
      stop()
    } else if (Date.now() - toldAt > SAME_SIGNAL_MS) {
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, told)
}
