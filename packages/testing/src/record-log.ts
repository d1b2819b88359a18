/** A log line: its level, its message and its fields. */
export interface LogLine extends Record<string, unknown> {
  level: string
  message: string
}

/**
 * A logger that records its lines and those of its children. `Log` is the product's logger type,
 * which this package does not know.
 */
export function recordLog<Log>(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = []
  const loggerWith = (common: object): object => {
    const say =
      (level: string) =>
      (about: object | string, message = ''): void =>
        void lines.push(
          typeof about === 'string' ? { ...common, level, message: about } : { ...common, ...about, level, message },
        )
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
    const methods = Object.fromEntries(levels.map((level) => [level, say(level)]))
    return {
      ...methods,
      level: 'debug',
      isLevelEnabled: () => true,
      child: (more: object) => loggerWith({ ...common, ...more }),
    }
  }
  return { log: loggerWith({}) as Log, lines }
}
