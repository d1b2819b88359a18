// Entry point of every `npm run …`, on any Node >= 20: installs the workspace if the lockfile has
// changed since the last time, then runs the named script on the workspace's own Node 24.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PARENT_CHECK_MS = 500

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const IS_WINDOWS = process.platform === 'win32'
const [script, ...args] = process.argv.slice(2)

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Darkroom requires Node.js 20 or newer; this is ${process.version}.`)
}
let child
endWithNpm()
await installWhenNeeded()
run(workspaceNode(), ['--conditions=source', join(ROOT, script), ...args])

async function installWhenNeeded() {
  const stamp = join(ROOT, 'node_modules', '.darkroom-installed')
  const wanted = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    wanted.update(readFileSync(join(ROOT, file)))
  const digest = wanted.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return

  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  console.error(`Installing the workspace with ${packageManager} …`)
  const { code, output } = await install(packageManager)
  if (code !== 0) fail(`Installation failed:\n${output}`)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, digest)
}

function install(packageManager) {
  child = spawn('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: IS_WINDOWS,
    env: { ...process.env, CI: 'true' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code, signal) =>
      signal ? process.exit(128 + constants.signals[signal]) : resolve({ code, output }),
    )
  })
}

/**
 * The workspace installs Node 24 if there is a package for this platform; otherwise the current
 * Node must be version 24.
 */
function workspaceNode() {
  const bundled = join(ROOT, 'node_modules', '.bin', IS_WINDOWS ? 'node.cmd' : 'node')
  if (existsSync(bundled)) return bundled
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  fail(
    `Node.js 24 cannot be installed from npm for ${process.platform}-${process.arch}, and this is ${process.version}. Install Node.js 24 and try again.`,
  )
}

function run(command, commandArgs) {
  child = spawn(command, commandArgs, {
    cwd: process.cwd(),
    // The IPC channel tells it when this process ends, even if it is killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    shell: IS_WINDOWS,
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}${IS_WINDOWS ? ';' : ':'}${process.env.PATH}` },
  })
  child.on('error', (error) => fail(`${command} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

/** Forwards signals. A killed npm cannot send any, so its process is also polled. */
function endWithNpm() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal))
  const parent = process.ppid
  const npm = pidOfNpm()
  const watch = setInterval(() => {
    if (process.ppid === parent && isAlive(npm)) return
    clearInterval(watch)
    child?.kill('SIGTERM')
  }, PARENT_CHECK_MS)
  watch.unref()
}

/**
 * Our parent, or the parent of the shell in which npm runs a script: some shells replace themselves
 * with their last command, some wait for it.
 */
function pidOfNpm() {
  const parent = process.ppid
  if (!process.env.npm_lifecycle_event || IS_WINDOWS) return parent
  try {
    const { name, ppid } = process.platform === 'linux' ? fromProc(parent) : fromPs(parent)
    return name.endsWith('sh') ? ppid : parent
  } catch {
    return parent
  }
}

function fromProc(pid) {
  const [, name, ppid] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return { name, ppid: Number(ppid) }
}

function fromPs(pid) {
  const [, ppid, name] = /(\d+)\s+(.*)/.exec(
    execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' }),
  )
  return { name: name.trim(), ppid: Number(ppid) }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
