import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Logger } from '@darkroom/runtime'
import type { ChildMessage, ChildRequest } from './child/child-protocol.ts'

/**
 * A quarter of V8's young generation, and a heap that is thought to be small: what an engine works
 * on lies outside of it, and what a child holds in it is under 20 MB. With the defaults it
 * collected so seldom that a child went from 85 to 200 MB over 5000 photos; so it stays at 60.
 */
const HEAP_FLAGS = ['--max-semi-space-size=4', '--max-old-space-size=256']

export interface ChildOptions {
  /** The child's program; see {@link programBeside}. */
  program: URL
  args: readonly string[]
  /** What it works on, in error messages. */
  noun: string
  env: NodeJS.ProcessEnv
  log: Logger
}

/**
 * The program of that name beside a module, in the form that the module runs in: the build renames
 * imports, but not URLs.
 */
export function programBeside(moduleUrl: string, name: string): URL {
  return new URL(`./${name}${isSource(moduleUrl) ? '.ts' : '.js'}`, moduleUrl)
}

/** Who hears a child: the run that has it now. */
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
  /** False from the moment it is killed or has ended: no job may be given to it any more. */
  usable = true
  /** It has begun to listen. One that ends before cannot have met its job. */
  isReady = false
  readonly #process: ChildProcess
  #listener = nobody

  constructor({ program, args, noun, env, log }: ChildOptions) {
    this.noun = noun
    this.#process = fork(program, args, {
      env,
      // Not the parent's own: with its --inspect the child would fight for the same port.
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
   * One listener at a time. Waiting for `ended` instead would keep every run of a long life in
   * memory.
   */
  hear(listener: ChildListener = nobody): void {
    this.#listener = listener
  }

  send(request: ChildRequest): void {
    // What cannot be sent is told by the end of the process. One that could not be started has no
    // channel.
    if (this.pid !== undefined) this.#process.send(request, () => {})
  }

  /** SIGKILL: a thread inside libvips hears nothing less. */
  kill(): void {
    this.usable = false
    // A process that could not be started has no pid yet something to signal: with bad luck, this
    // whole process group.
    if (this.pid !== undefined) this.#process.kill('SIGKILL')
  }

  #watchEnd(): Promise<string> {
    return new Promise((resolve) => {
      const end = (how: string): void => {
        this.usable = false
        this.#listener.onEnd(how)
        resolve(how)
      }
      this.#process.once('exit', (code, signal) => end(signal ?? `exit code ${code}`))
      // Could not be started, or the channel broke. Only the first of these means that no 'exit'
      // will follow.
      this.#process.on('error', (error) => this.pid === undefined && end(error.message))
    })
  }

  /** A crash says why on standard error: the last words must not be lost. */
  #logLines(stream: Readable, log: Logger): void {
    createInterface({ input: stream }).on('line', (line) =>
      log.warn({ childPid: this.pid, line: line.slice(0, LINE_LENGTH) }, 'child output'),
    )
  }
}

function isSource(url: string): boolean {
  return url.endsWith('.ts')
}
