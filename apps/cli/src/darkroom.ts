#!/usr/bin/env node
import { setMaxListeners } from 'node:events'
import { createDarkroom, DarkroomError } from '@darkroom/client'
import { CommanderError } from 'commander'
import { readEnv, type CliEnv } from './kit/env.ts'
import { EXIT, exitCodeOf, type ExitCode } from './kit/exit-codes.ts'
import { messageOf } from './kit/message-of.ts'
import { optionsOf } from './kit/patient.ts'
import { createProgram } from './program.ts'
import { createOutput, type Shell } from './kit/shell.ts'

/** A person waits for an error. */
const RETRIES = 2
const INSISTS_MS = 500
let stoppedAt = 0

const interrupted = new AbortController()
// One for each request in progress.
setMaxListeners(0, interrupted.signal)
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
// What reads the output may end before we do, such as `head`.
process.stdout.on('error', () => process.exit(EXIT.done))

const isJson = process.argv.includes('--json')

process.exitCode = await run()

async function run(): Promise<ExitCode> {
  let code: ExitCode = EXIT.done
  let env: CliEnv | undefined
  try {
    env = readEnv()
    const shell: Shell = {
      env,
      darkroom: createDarkroom({ ...optionsOf(env), retries: RETRIES }),
      signal: interrupted.signal,
      out: createOutput(isJson),
    }
    const program = createProgram(shell, (result) => (code = result))
    await program.parseAsync()
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse
    if (interrupted.signal.aborted) return EXIT.interrupted
    report(error, env)
    return exitCodeOf(error)
  }
}

function report(error: unknown, env: CliEnv | undefined): void {
  const { stack } = error as Error
  const message = messageOf(error, env)
  const isExpected = error instanceof DarkroomError || exitCodeOf(error) !== EXIT.refused
  const text = isJson
    ? JSON.stringify({ error: { code: error instanceof DarkroomError ? error.code : 'FAILED', message } })
    : `darkroom: ${isExpected ? message : stack}`
  process.stderr.write(`${text}\n`)
}

/**
 * Ends in order, and at once if somebody insists. A single Ctrl-C may arrive twice: from the
 * terminal and from npm.
 */
function stop(): void {
  if (interrupted.signal.aborted && performance.now() - stoppedAt > INSISTS_MS) process.exit(EXIT.interrupted)
  if (!interrupted.signal.aborted) stoppedAt = performance.now()
  interrupted.abort()
}
