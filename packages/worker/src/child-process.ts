import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Logger } from '@darkroom/runtime'
import type { ChildMessage, ChildRequest } from './child/child-protocol.ts'
import { descendantsOf } from './descendants-of.ts'

/**
 * A quarter of V8's default young generation, and a small heap: engines keep their data outside of
 * it, and the rest of a child needs less than 20 MB. With the defaults, garbage was collected so
 * rarely that a child grew from 85 to 200 MB over 5000 photos; with these flags it stays at 60 MB.
 */
const HEAP_FLAGS = ['--max-semi-space-size=4', '--max-old-space-size=256']

export interface ChildOptions {
  /** The child's program; see {@link programBeside}. */
  program: URL
  args: readonly string[]
  /** What its jobs process, for error messages. */
  noun: string
  env: NodeJS.ProcessEnv
  log: Logger
}

/**
 * The program of this name next to a module, as source or compiled like the module itself: the
 * build rewrites imports, but not URLs.
 */
export function programBeside(moduleUrl: string, name: string): URL {
  return new URL(`./${name}${isSource(moduleUrl) ? '.ts' : '.js'}`, moduleUrl)
}

/** The run that a child currently works for. */
export interface ChildListener {
  onMessage: (message: ChildMessage) => void
  /** @param how the signal or exit code */
  onEnd: (how: string) => void
}

const nobody: ChildListener = { onMessage: () => {}, onEnd: () => {} }
const LINE_LENGTH = 500

/** One child process. It takes one job at a time. */
export class Child {
  readonly pid: number | undefined
  readonly noun: string
  /** Resolves to how the process ended. */
  readonly ended: Promise<string>
  /** False once it has been killed or has ended: then it must not be given another job. */
  usable = true
  /** Whether it has started to listen. A child that ends before has not started its job. */
  isReady = false
  readonly #process: ChildProcess
  #listener = nobody

  constructor({ program, args, noun, env, log }: ChildOptions) {
    this.noun = noun
    this.#process = fork(program, args, {
      env,
      // Not those of the parent: with its --inspect, the child would try to use the same port.
      execArgv: [...HEAP_FLAGS, ...(isSource(program.href) ? ['--conditions=source'] : [])],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.pid = this.#process.pid
    this.#process.on('message', (message: ChildMessage) => {
      if (message.type === 'ready') this.isReady = true
      this.#listener.onMessage(message)
    })
    this.ended = this.#watchEnd()
    for (const stream of [this.#process.stdout, this.#process.stderr]) if (stream) this.#logLines(stream, log)
  }

  /**
   * One listener at a time. Waiting for `ended` instead would keep all runs of a child in memory as
   * long as it lives.
   */
  hear(listener: ChildListener = nobody): void {
    this.#listener = listener
  }

  send(request: ChildRequest): void {
    // No error handling here: if sending fails, the process has ended, which is reported anyway.
    // One that could not be started has no channel.
    if (this.pid !== undefined) this.#process.send(request, () => {})
  }

  /**
   * SIGKILL: a thread inside libvips reacts to nothing else. The programs that it runs end with it:
   * ffmpeg would first encode the frames that it has, and one that hangs would never end.
   */
  kill(): void {
    this.usable = false
    // A process that could not be started has no pid: the signal could go to this whole process
    // group. The pid of one that has ended may be that of another by now.
    if (this.pid === undefined || this.#hasEnded()) return
    const programs = descendantsOf(this.pid)
    this.#process.kill('SIGKILL')
    for (const pid of programs) killIfAlive(pid)
  }

  #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  #watchEnd(): Promise<string> {
    return new Promise((resolve) => {
      const end = (how: string): void => {
        this.usable = false
        this.#listener.onEnd(how)
        resolve(how)
      }
      this.#process.once('exit', (code, signal) => end(signal ?? `exit code ${code}`))
      // The process could not be started, or the channel failed. Only in the first case, no 'exit'
      // follows.
      this.#process.on('error', (error) => this.pid === undefined && end(error.message))
    })
  }

  /** Standard error explains crashes, so its last lines must not be lost. */
  #logLines(stream: Readable, log: Logger): void {
    createInterface({ input: stream }).on('line', (line) =>
      log.warn({ childPid: this.pid, line: line.slice(0, LINE_LENGTH) }, 'child output'),
    )
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Whether a module runs from its source. */
export function isSource(url: string): boolean {
  return url.endsWith('.ts')
}
