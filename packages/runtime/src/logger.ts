import { pino, type Logger, type LoggerOptions } from 'pino'

export type { Logger }

/** Names whose values never reach a log line. */
const redact = ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token']

/**
 * A JSON logger; pretty only where a person reads along, that is, when standard output is a
 * terminal.
 */
export function createLogger(options: { name: string; level: string }): Logger {
  const base: LoggerOptions = { name: options.name, level: options.level, redact }
  return pino(process.stdout.isTTY ? { ...base, transport: { target: 'pino-pretty' } } : base)
}
