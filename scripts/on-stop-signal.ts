/**
 * npm, the bootstrap script and a terminal may each deliver the same Ctrl-C, and on a busy machine
 * not at the same moment: signals this close together are one.
 */
const SAME_SIGNAL_MS = 2000

/**
 * Calls `stop` when this process is told to end, or whoever started it has gone. Told again, it
 * ends at once.
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
  // The channel to the bootstrap script: it closes also when that is killed.
  process.once('disconnect', told)
  process.channel?.unref()
  // A terminal that was closed, a pager that was left: nobody reads any more, and a failed write
  // must not be an exception.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', told)
}
