import { pino, type Logger, type LoggerOptions } from 'pino'

export type { Logger }

/** Fields whose values are never logged. */
const REDACTED = ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token']

/** A JSON logger; pretty-printed if standard output is a terminal. */
export function createLogger(options: { name: string; level: string }): Logger {
  const base: LoggerOptions = { name: options.name, level: options.level, redact: REDACTED }
  return pino(process.stdout.isTTY ? { ...base, transport: { target: 'pino-pretty' } } : base)
}
