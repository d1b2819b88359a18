// The product as users run it: scripts/start.ts of the copied tree, with its own stores.
import { spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LocalService, LocalServices } from '@darkroom/local-services'
import { until } from '@darkroom/testing'
import type { History } from './history.ts'
import { noteLine } from './note-line.ts'
import { baseEnv } from './supervised-process.ts'

interface LaunchOptions {
  tree: string
  folder: string
  env: NodeJS.ProcessEnv
  history: History
}

const READY_MS = 120_000
const STOP_MS = 30_000

/**
 * Starts everything and returns the stores as soon as they are running. Stopping them stops
 * everything.
 */
export async function launchProduct({ tree, folder, env, history }: LaunchOptions): Promise<LocalServices> {
  const log = createWriteStream(join(folder, 'start.log'))
  const child = spawn(process.execPath, ['--conditions=source', join(tree, 'scripts/start.ts')], {
    cwd: tree,
    env: { ...baseEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  const found = new Map<string, string>()
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`)
      noteLine(line, 'start', history)
      const [, store = '', description = ''] = /^(Redis|MongoDB): (.*port \d+.*)/.exec(line) ?? []
      if (store) found.set(store, description)
    })
  }
  const exited = new Promise((resolve) => child.once('exit', resolve))
  await until(() => found.size === 2 || child.exitCode !== null, {
    timeoutMs: READY_MS,
    what: 'npm start to have its stores',
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await exited
    clearTimeout(late)
    log.end()
  }
  const storeOf = (name: string, store: string, url: (port: string) => string): LocalService => {
    const description = found.get(name) ?? 'none'
    return {
      ...{ description, url: url(/port (\d+)/.exec(description)?.[1] ?? '0'), kind: 'process' },
      get pid() {
        return pidOf(join(tree, '.darkroom/start', store, 'server.pid.json'))
      },
      stop,
    }
  }
  return {
    redis: storeOf('Redis', 'redis', (port) => `redis://127.0.0.1:${port}`),
    mongo: storeOf('MongoDB', 'mongo', (port) => `mongodb://127.0.0.1:${port}/?retryWrites=false`),
    stop,
  }
}

/** Undefined while there is none: between a crash and the next start, or in a container. */
function pidOf(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid
  } catch {
    return undefined
  }
}
