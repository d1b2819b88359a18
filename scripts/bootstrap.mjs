// What `npm run …` starts, on whatever Node >= 20 is at hand: installs the workspace when the
// lockfile changed since the last time, then runs the named script on the workspace's own Node 24.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PARENT_CHECK_MS = 500

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'
const [script, ...args] = process.argv.slice(2)

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Darkroom needs Node.js 20 or newer to start; this is ${process.version}.`)
}
let child
endWithNpm()
await installWhenNeeded()
run(workspaceNode(), ['--conditions=source', join(root, script), ...args])

async function installWhenNeeded() {
  const stamp = join(root, 'node_modules', '.darkroom-installed')
  const wanted = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    wanted.update(readFileSync(join(root, file)))
  const digest = wanted.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return

  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.error(`Installing the workspace with ${packageManager} …`)
  const { code, output } = await install(packageManager)
  if (code !== 0) fail(`The install failed:\n${output}`)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, digest)
}

function install(packageManager) {
  child = spawn('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows,
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
 * Node 24 comes with the workspace where a package for this platform exists; else the Node at hand
 * must be it.
 */
function workspaceNode() {
  const bundled = join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node')
  if (existsSync(bundled)) return bundled
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  fail(
    `No packaged Node.js 24 exists for ${process.platform}-${process.arch}, and this is ${process.version}: install Node.js 24 and try again.`,
  )
}

function run(command, commandArgs) {
  child = spawn(command, commandArgs, {
    cwd: process.cwd(),
    // Over the channel it sees our end, also when we are killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    shell: windows,
    env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH}` },
  })
  child.on('error', (error) => fail(`${command} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

/** Signals are passed on. A killed npm cannot do that, so whether it still runs is looked at. */
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
 * Our parent, or the parent of the shell that npm runs a script with: some shells make room for
 * their last command, some wait.
 */
function pidOfNpm() {
  const parent = process.ppid
  if (!process.env.npm_lifecycle_event || windows) return parent
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
