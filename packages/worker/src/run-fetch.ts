import { execFile, type ExecFileOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseFailureReason } from '@darkroom/messaging'
import type { KnownContent } from '@darkroom/storage'
import { isSource, programBeside } from './child-process.ts'
import { JobFailure } from './child/job-failure.ts'
import type { Download, FetchAnswer } from './fetch/download-source.ts'

export interface FetchSettings {
  /** The complete environment of the child. */
  env: NodeJS.ProcessEnv
  /** Networks that it may connect to besides public addresses, as in the environment. */
  allowed: string
  maxBytes: number
  maxMs: number
}

const PROGRAM = programBeside(import.meta.url, 'fetch/fetch-program')
const FLAGS = ['--max-old-space-size=64', ...(isSource(import.meta.url) ? ['--conditions=source'] : [])]
/** The child ends its download itself; it is killed if it does not. */
const KILL_AFTER_MS = 5000
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * Downloads a file in a child process, which is killed when the run is aborted or takes too long.
 * @throws JobFailure
 */
export async function runFetch(
  { url, path, signal }: { url: string; path: string; signal: AbortSignal | undefined },
  { env, allowed, maxBytes, maxMs }: FetchSettings,
): Promise<KnownContent> {
  const download: Download = { url, path, allowed, maxBytes, maxMs }
  const args = [...FLAGS, fileURLToPath(PROGRAM)]
  const options = {
    env,
    timeout: maxMs + KILL_AFTER_MS,
    killSignal: 'SIGKILL' as const,
    maxBuffer: MAX_ANSWER_BYTES,
    ...(signal && { signal }),
  }
  const { promise, resolve, reject } = Promise.withResolvers<FetchAnswer>()
  const child = start(args, options, (error, stdout) => {
    if (!error) return resolve(JSON.parse(stdout) as FetchAnswer)
    if (signal?.aborted) return reject(new JobFailure(parseFailureReason(String(signal.reason))))
    reject(stdout === '' ? notStarted(error) : crashed(error))
  })
  // Not as an argument, which everybody on the machine can read: a URL may contain a secret.
  child.stdin?.on('error', () => {}).write(`${JSON.stringify(download)}\n`)
  const answer = await promise
  if ('reason' in answer) throw new JobFailure(answer.reason)
  return answer.downloaded
}

/** Most errors of a process that cannot be started are passed to `end`, some (ENOMEM) are thrown. */
function start(args: readonly string[], options: ExecFileOptions, end: (error: Error | null, stdout: string) => void) {
  try {
    return execFile(process.execPath, args, { ...options, encoding: 'utf8' }, end)
  } catch (error) {
    throw notStarted(error)
  }
}

const crashed = (cause: Error): JobFailure =>
  new JobFailure(
    { code: 'WORKER_CRASHED', message: 'The process that downloads the file died', retryable: true },
    { cause },
  )

/** The machine is short of processes, memory or open files. */
const notStarted = (cause: unknown): JobFailure =>
  new JobFailure(
    { code: 'CHILD_NOT_STARTED', message: 'The process that downloads the file could not be started', retryable: true },
    { cause },
  )
