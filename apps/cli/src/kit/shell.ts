import type { Darkroom } from '@darkroom/client'
import type { CliEnv } from './env.ts'
import type { ExitCode } from './exit-codes.ts'

/** What every command works with. */
export interface Shell {
  env: CliEnv
  darkroom: Darkroom
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  out: Output
}

export type Command = Promise<ExitCode | void>

export interface Output {
  /** Whether programs read the output. */
  isJson: boolean
  /** Whether a person watches: lines may be replaced. */
  isLive: boolean
  /** A line for people; with `--json` nothing. */
  line: (text: string) => void
  /** A line for programs; without `--json` nothing. */
  json: (value: unknown) => void
  /** A remark beside the results. */
  note: (text: string) => void
}

export function createOutput(isJson: boolean): Output {
  const write = (stream: NodeJS.WriteStream, text: string): void => void stream.write(`${text}\n`)
  return {
    isJson,
    isLive: !isJson && process.stdout.isTTY,
    line: (text) => isJson || write(process.stdout, text),
    json: (value) => isJson && write(process.stdout, JSON.stringify(value)),
    note: (text) => isJson || write(process.stderr, text),
  }
}
