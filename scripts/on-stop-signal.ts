/**
 * npm, the bootstrap script and a terminal may each deliver the same Ctrl-C, and on a busy machine
 * not at the same moment: signals this close together count as one.
 */
const SAME_SIGNAL_MS = 2000

/**
 * Calls `stop` when this process is asked to end, or its parent has gone. A second request ends it
 * immediately.
 */
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
  // The channel to the bootstrap script, which closes even if that is killed.
  process.once('disconnect', told)
  process.channel?.unref()
  // A closed terminal or pager: a failed write to it must not throw.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', told)
}
