// Child processes of the product, for callers that run it as a whole: start, demo, end-to-end
// tests, benchmarks, faults.
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface AppProcess {
  name: string
  pid: number
  exited: Promise<Exit>
  /** The last lines of its output, stdout and stderr. */
  output: () => string
  /**
   * Asks it to end; after `graceMs` it is killed together with its children. Has no effect if it
   * has ended.
   */
  stop: (graceMs?: number) => Promise<Exit>
  /** Sends a signal to this process only, immediately. */
  kill: (signal?: NodeJS.Signals) => void
}

export interface ApiProcess extends AppProcess {
  port: number
  /** Without a trailing slash. */
  url: string
}

export interface AppOptions {
  /** Arguments of the program. */
  args?: readonly string[]
  /** Added to this process's environment. */
  env?: NodeJS.ProcessEnv
  /** "api", "worker 2" … for messages. */
  name?: string
  /** Receives what it sends over the IPC channel, except that it is ready. */
  onMessage?: (message: unknown) => void
  /** Receives every line of output. */
  onLine?: (line: string) => void
  readyTimeoutMs?: number
  /** The checkout that it is run from; default this one. */
  root?: string
  /** Aborting it stops a process that is not ready yet; a ready one has `stop`. */
  signal?: AbortSignal
}

export interface WorkerOptions extends AppOptions {
  app?: string
}

/**
 * The process ended, or took too long, before it was ready. The message ends with the last lines of
 * its output.
 */
export class NotReadyError extends Error {
  readonly exit: Exit | undefined

  constructor(message: string, exit: Exit | undefined) {
    super(message)
    this.name = 'NotReadyError'
    this.exit = exit
  }
}

const ROOT = join(import.meta.dirname, '..')
const running = new Set<ChildProcess>()

// Nothing is left behind if this process exits without stopping them. If it is killed, they notice
// by their IPC channel.
process.on('exit', () => running.forEach(killGroup))

/**
 * Half of V8's default young generation, which takes 10 MiB less for fifty concurrent large
 * uploads. With a smaller heap limit than the default of 4 GB, V8 collects garbage when a heap has
 * grown by a little more than half, not fourfold: an API on a slow network stays at 210 MiB instead
 * of 320, of which about 50 MiB are live. By default it also marks the whole heap after every few MB
 * of buffers, although most are freed by then: that took half the time of a download from a bucket.
 * The container images use the same flags.
 */
export const NODE_FLAGS = [
  '--max-semi-space-size=8',
  '--max-old-space-size=1024',
  '--external-memory-accounted-in-global-limit',
]
/** Tracing of a checkout. It does nothing unless OTEL_EXPORTER_OTLP_ENDPOINT is set. */
export const tracingOf = (root: string): string[] => [
  '--import',
  pathToFileURL(join(root, 'packages', 'runtime', 'src', 'tracing', 'preload.ts')).href,
]
/**
 * Caches compiled code between starts, which halves the time to the first request. Node checks
 * whether it is still valid.
 */
export const compileCacheOf = (root: string) => ({ NODE_COMPILE_CACHE: join(root, '.darkroom', 'compiled') })
const OUTPUT_LINES = 40
/** A calm machine needs a second or two. */
export const READY_MS = 30_000
const LAST_LINES_MS = 500
const STOP_MS = 30_000
const NOT_READY_STOP_MS = 3000
const ASK_MS = 50

/**
 * Starts the API and waits until it accepts requests and its stores respond. PORT 0, the default
 * here, uses a free port. By default no load balancer is in front of it, so that it stops at once.
 */
export async function startApi(options: AppOptions = {}): Promise<ApiProcess> {
  const env = { HOST: '127.0.0.1', PORT: '0', SHUTDOWN_DELAY_MS: '0', ...options.env }
  const { process: api, ready } = await startApp('apps/api/src/main.ts', { name: 'api', ...options, env })
  const port = Number(ready.port)
  const url = `http://127.0.0.1:${port}`
  await untilYes(api, () => answersOk(`${url}/readyz`), options)
  return { ...api, port, url }
}

/** Starts a worker and waits until it takes jobs. `app` is its folder in `apps`. */
export async function startWorker({ app = 'image-worker', ...options }: WorkerOptions = {}): Promise<AppProcess> {
  const { process: worker } = await startApp(`apps/${app}/src/main.ts`, { name: 'worker', ...options })
  return worker
}

interface ReadyMessage {
  ready: true
  port?: number
}

/**
 * Runs a main file until it reports over the IPC channel that it is ready. If this process ends,
 * the closed channel tells it so.
 */
async function startApp(
  main: string,
  options: AppOptions & { name: string },
): Promise<{ process: AppProcess; ready: ReadyMessage }> {
  const { root = ROOT } = options
  const nodeArgs = [...NODE_FLAGS, ...tracingOf(ROOT), '--conditions=source', join(root, main)]
  const child = spawn(process.execPath, [...nodeArgs, ...(options.args ?? [])], {
    cwd: root,
    env: { ...compileCacheOf(ROOT), ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Its own process group: a terminal's Ctrl-C should only reach us, and we stop everything in
    // order.
    detached: process.platform !== 'win32',
  })
  const { promise: ready, resolve } = Promise.withResolvers<ReadyMessage>()
  child.on('message', (message) => {
    if (isReady(message)) resolve(message)
    else options.onMessage?.(message)
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const app = track(child, options.name, (line) => options.onLine?.(line))
  return { process: app, ready: await beforeItEnds(app, ready, options) }
}

function track(child: ChildProcess, name: string, onLine: (line: string) => void): AppProcess {
  const lines: string[] = []
  const take = (line: string): void => {
    lines.push(line)
    if (lines.length > OUTPUT_LINES) lines.shift()
    onLine(line)
  }
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', take)

  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      take(String(error))
      resolve({ code: null, signal: null })
    })
    // 'close' comes when its last lines have been read, but its children may keep the streams open
    // for long.
    child.once('exit', (code, signal) => setTimeout(() => resolve({ code, signal }), LAST_LINES_MS).unref())
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): void => void (child.pid !== undefined && child.kill(signal))
  return {
    name,
    pid: child.pid ?? -1,
    exited,
    output: () => lines.join('\n'),
    kill,
    stop: async (graceMs = STOP_MS) => {
      kill('SIGTERM')
      const late = new AbortController()
      const overdue = pause(graceMs, undefined, { signal: late.signal }).then(
        () => killGroup(child),
        () => {},
      )
      const exit = await exited
      late.abort()
      await overdue
      return exit
    },
  }
}

/** A process that has to be killed leaves its children behind, so the whole group is killed. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // Already gone.
  }
}

/**
 * Waits for `wanted` while the process is alive and within its time limit; otherwise it is stopped
 * and the reason thrown.
 */
async function beforeItEnds<T>(
  app: AppProcess,
  wanted: Promise<T>,
  { readyTimeoutMs = READY_MS, signal }: AppOptions,
): Promise<T> {
  const settled = new AbortController()
  const failures = [
    app.exited.then((exit) => {
      throw new NotReadyError(`${app.name} ended before it was ready (${describeExit(exit)}):\n${app.output()}`, exit)
    }),
    pause(readyTimeoutMs, undefined, { signal: settled.signal }).then(() => {
      throw new NotReadyError(
        `${app.name} was not ready within ${readyTimeoutMs / 1000} s:\n${app.output()}`,
        undefined,
      )
    }),
    aborted(signal, settled.signal).then(() => {
      throw new NotReadyError(`${app.name} was stopped before it was ready`, undefined)
    }),
  ]
  // The loser of the race is ignored.
  for (const failure of failures) failure.catch(() => {})
  try {
    return await Promise.race([wanted, ...failures])
  } catch (error) {
    await app.stop(NOT_READY_STOP_MS)
    throw error
  } finally {
    settled.abort()
  }
}

async function aborted(signal: AbortSignal | undefined, settled: AbortSignal): Promise<void> {
  if (signal?.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal?.addEventListener('abort', () => resolve(), { signal: settled })
  return promise
}

/** Repeats the request until the response is positive. */
async function untilYes(app: AppProcess, ask: () => Promise<boolean>, options: AppOptions): Promise<void> {
  let over = false
  const asking = async (): Promise<void> => {
    while (!over && !(await ask())) await pause(ASK_MS)
  }
  await beforeItEnds(app, asking(), options).finally(() => {
    over = true
  })
}

async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

export function describeExit({ code, signal }: Exit): string {
  return signal ? `signal ${signal}` : `code ${code ?? 'unknown'}`
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true
}
