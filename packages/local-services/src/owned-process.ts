import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { endWithUs } from './end-with-us.ts'
import { writePidFile } from './pid-file.ts'

export interface ServerProgram {
  /** "redis-server"; used for the log file and in errors. */
  name: string
  file: string
  args: (port: number, dataFolder: string) => string[]
  /** Rejects until the server on this port responds correctly. */
  ask: (port: number) => Promise<void>
  /** Below the service's folder; programs with incompatible files must not share a folder. */
  dataName: string
}

interface Limits {
  readyLimitMs: number
  /** Time after SIGTERM until SIGKILL. */
  stopLimitMs: number
}

export interface OwnedProcess {
  port: number
  readonly pid: number | undefined
  onCrash: (listener: () => void) => void
  kill: (signal?: NodeJS.Signals) => Promise<void>
  restart: () => Promise<void>
  stop: () => Promise<void>
}

const DEFAULT_LIMITS: Limits = { readyLimitMs: 20_000, stopLimitMs: 5000 }
const PORT_ATTEMPTS = 3

/**
 * Runs a server on its own port until `stop()`, or until this process ends in any way it can
 * notice.
 */
export async function startOwnedProcess(
  program: ServerProgram,
  folder: string,
  limits: Partial<Limits> = {},
): Promise<OwnedProcess> {
  for (let attempt = 1; ; attempt++) {
    const server = createOwnedProcess(program, folder, { port: await freePort(), ...DEFAULT_LIMITS, ...limits })
    try {
      await server.restart()
      return server
    } catch (error) {
      await server.kill()
      // Another process may have taken the port between the check and the bind; other failures
      // simply occur again.
      if (attempt === PORT_ATTEMPTS || !(error instanceof EndedBeforeReady)) throw error
    }
  }
}

class EndedBeforeReady extends Error {}

function createOwnedProcess(
  program: ServerProgram,
  folder: string,
  { port, readyLimitMs, stopLimitMs }: Limits & { port: number },
): OwnedProcess {
  const dataFolder = join(folder, program.dataName)
  const logFile = join(folder, `${program.name}.log`)
  const pidFile = pidFileOf(folder)
  let child: ChildProcess | undefined
  let isReady = false
  const crashListeners: (() => void)[] = []
  const killNow = () => child && signalIfRunning(child, 'SIGKILL')

  function launch(): ChildProcess {
    mkdirSync(dataFolder, { recursive: true })
    const log = openSync(logFile, 'a')
    // Detached: Ctrl-C in a terminal reaches the whole process group, and the stores must outlive
    // the apps that use them.
    const started = spawn(program.file, program.args(port, dataFolder), {
      cwd: dataFolder,
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    if (started.pid !== undefined) writePidFile(pidFile, started.pid)
    started.on('error', () => {}) // a failed spawn looks like an ended process, with the reason in the log
    started.on('exit', () => {
      if (child === started && isReady) for (const listener of crashListeners) listener()
    })
    started.unref()
    endWithUs(started)
    process.on('exit', killNow)
    return started
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (child === undefined) return
    const ending = child
    isReady = false
    signalIfRunning(ending, signal)
    if (!(await endsWithin(ending, stopLimitMs))) signalIfRunning(ending, 'SIGKILL')
    await endsWithin(ending, stopLimitMs)
    child = undefined
    process.off('exit', killNow)
    rmSync(pidFile, { force: true })
  }

  async function restart(): Promise<void> {
    await kill('SIGTERM')
    child = launch()
    await untilReady(child)
    isReady = true
  }

  async function untilReady(starting: ChildProcess): Promise<void> {
    const until = Date.now() + readyLimitMs
    const complaint = () => `${program.name} did not become ready. The end of ${logFile}:\n${tail(logFile)}`
    for (;;) {
      if (hasEnded(starting)) throw new EndedBeforeReady(complaint())
      // Check again after the response: it may have come from another program on the port that our
      // server could not get.
      if ((await answers()) && !hasEnded(starting)) return
      if (Date.now() > until) throw new Error(complaint())
      await pause(50)
    }
  }

  async function answers(): Promise<boolean> {
    // A client library that connects too early would wait for its own retry, longer than the server
    // needs to start.
    if (!(await isListening(port))) return false
    return program.ask(port).then(
      () => true,
      () => false,
    )
  }

  return {
    port,
    get pid() {
      return child === undefined || hasEnded(child) ? undefined : child.pid
    },
    onCrash: (listener) => void crashListeners.push(listener),
    kill,
    restart,
    stop: () => kill('SIGTERM'),
  }
}

export function pidFileOf(serviceFolder: string): string {
  return join(serviceFolder, 'server.pid.json')
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket
      .once('connect', () => resolve(true))
      .once('error', () => resolve(false))
      .once('close', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/**
 * Never through a child that could not be started: until its 'error' event, kill() signals whatever
 * has the pid it would have had; a pid of 0 means the whole process group of this process.
 */
function signalIfRunning(child: ChildProcess, signal: NodeJS.Signals): void {
  if (!hasEnded(child)) child.kill(signal)
}

function endsWithin(child: ChildProcess, limitMs: number): Promise<boolean> {
  if (hasEnded(child)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs)
    child.ref() // unref'd children do not keep the loop alive, and somebody is waiting now
    child.once('exit', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
}
