import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { endWithUs } from './end-with-us.ts'

const SILENCE_LIMIT_MS = 5000
const LIMIT_MS = 10 * 60 * 1000
/** More than lock files and the like. */
const FIRST_BYTES = 16 * 1024

interface Download {
  script: 'download-mongod' | 'build-redis'
  folder: string
  env: NodeJS.ProcessEnv
  /** How long to wait for the first bytes. */
  silenceLimitMs?: number
}

/**
 * Runs one of the download scripts in this folder in a separate process, which can be killed if
 * nothing arrives: an unreachable host may accept a connection and stay silent for minutes. Returns
 * the path of the downloaded program, or undefined.
 */
export function runDownload({
  script,
  folder,
  env,
  silenceLimitMs = SILENCE_LIMIT_MS,
}: Download): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true })
  const before = bytesIn(folder)
  const file = join(import.meta.dirname, script + extname(import.meta.filename))
  const child = spawn(process.execPath, [file, folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    // Both libraries check certificates only if told to, and their downloads are executed.
    env: { ...env, npm_config_strict_ssl: 'true' },
  })
  endWithUs(child)
  return new Promise((resolve) => {
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    const silence = setTimeout(() => bytesIn(folder) - before < FIRST_BYTES && child.kill('SIGKILL'), silenceLimitMs)
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    child.once('error', () => resolve(undefined))
    child.once('close', (code) => {
      clearTimeout(silence)
      clearTimeout(limit)
      resolve(code === 0 ? programIn(printed) : undefined)
    })
  })
}

/** The libraries also print their progress; the scripts mark their own line. */
function programIn(printed: string): string | undefined {
  return /^program: (.+)$/m.exec(printed)?.[1]
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
