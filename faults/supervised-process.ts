import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { compileCacheOf, NODE_FLAGS, tracingOf } from '../scripts/processes.ts'
import { until } from '@darkroom/testing'
import type { History } from './history.ts'
import { noteLine } from './note-line.ts'

export interface ProcessOptions {
  name: string
  /** The checkout that it is run from. */
  tree: string
  /** Its folder there. */
  app: string
  env: NodeJS.ProcessEnv
  /**
   * Folder for log files; it is also the working directory, so that no .env of the developer is
   * read.
   */
  folder: string
  history: History
}

const RESTART_MS = 500
const everyGroup = new Set<number>()

// If the driver dies, however, nothing is left behind. A frozen process would not even notice.
process.on('exit', () => everyGroup.forEach((pid) => signalGroup(pid, 'SIGKILL')))

/**
 * A process of the product under a supervisor: whenever it dies, it is restarted after half a
 * second.
 */
export class SupervisedProcess {
  readonly name: string
  readonly #options: ProcessOptions
  readonly #log
  #child: ChildProcess | undefined
  #ready = Promise.withResolvers<void>()
  #isReady = false
  #stopping = false
  #expectExit = false
  #restart: NodeJS.Timeout | undefined
  /** Kept down by a fault: not restarted until it is released. */
  #held = false
  #changed: NodeJS.ProcessEnv = {}

  constructor(options: ProcessOptions) {
    this.name = options.name
    this.#options = options
    this.#log = createWriteStream(join(options.folder, `${options.name}.log`), { flags: 'a' })
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get isReady(): boolean {
    return this.#isReady
  }

  start(): void {
    const { tree, app, env, folder, history, name } = this.#options
    const main = join(tree, app, 'src/main.ts')
    // As `npm start` does.
    const child = spawn(process.execPath, [...NODE_FLAGS, ...tracingOf(tree), '--conditions=source', main], {
      cwd: folder,
      env: { ...compileCacheOf(tree), ...baseEnv(), ...env, ...this.#changed },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    this.#child = child
    this.#expectExit = false
    const pid = child.pid ?? -1
    everyGroup.add(pid)
    history.add(name, { op: 'start', args: { pid } })
    child.on('message', (message) => (message as { ready?: boolean }).ready && this.#becomeReady(pid))
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#take(line, pid))
    child.once('exit', (code, signal) => this.#onExit(pid, signal ?? `code ${code}`))
    child.once('error', (error) => this.#log.write(`${String(error)}\n`))
  }

  /** Kills it, and starts it again with these settings in addition to its own. */
  async restartWith(settings: NodeJS.ProcessEnv): Promise<void> {
    await this.holdDown()
    this.#changed = settings
    this.letUp()
  }

  /** Resolves when the process is ready, or its successor if it is dead. */
  ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Sends a signal to this process only. From now on its death is expected. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#expectExit = true
    this.#child?.kill(signal)
  }

  /** Stops or continues the process together with its children, like a frozen machine. */
  freeze(frozen: boolean): void {
    if (this.pid !== undefined) signalGroup(this.pid, frozen ? 'SIGSTOP' : 'SIGCONT')
  }

  /**
   * Kills the process and keeps it down until `letUp`. Resolves when it has exited: until then, a
   * worker that is asked to stop may still take a job.
   */
  async holdDown(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#held = true
    clearTimeout(this.#restart)
    this.kill(signal)
    await until(() => this.#child === undefined, { what: `${this.name} to be down`, timeoutMs: 60_000 })
  }

  letUp(): void {
    this.#held = false
    if (this.#child === undefined) this.start()
  }

  /** Stops it for good; if it does not end in time, it is killed with its children. */
  async stop(graceMs = 8000): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (child?.pid === undefined) return
    const gone = new Promise((resolve) => child.once('close', resolve))
    this.freeze(false)
    this.kill('SIGTERM')
    const pid = child.pid
    const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
    await gone
    clearTimeout(late)
    this.#log.end()
  }

  #take(line: string, pid: number): void {
    this.#log.write(`${line}\n`)
    if (line.endsWith('"msg":"ready"}')) this.#becomeReady(pid)
    noteLine(line, this.name, this.#options.history)
  }

  #becomeReady(pid: number): void {
    if (pid !== this.pid || this.#isReady) return
    this.#isReady = true
    this.#options.history.add(this.name, { op: 'ready', args: { pid } })
    this.#ready.resolve()
  }

  #onExit(pid: number, how: string): void {
    signalGroup(pid, 'SIGCONT') // its children end by themselves, but a frozen one cannot
    everyGroup.delete(pid)
    // Only this suite sends SIGKILL: from here, or at a failpoint.
    const expected = this.#expectExit || how === 'SIGKILL'
    this.#options.history.add(this.name, { op: 'exit', args: { pid, how, expected } })
    this.#child = undefined
    if (this.#isReady) this.#ready = Promise.withResolvers<void>()
    this.#isReady = false
    if (!this.#stopping && !this.#held) this.#restart = setTimeout(() => this.start(), RESTART_MS)
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 1) return // it never started
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone.
  }
}

/** The developer's own settings do not reach the processes under test. */
export function baseEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env
  return { PATH, HOME, TMPDIR, LANG }
}
