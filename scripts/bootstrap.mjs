// What `npm run …` starts, on whatever Node >= 20 is at hand: installs the workspace when the lockfile
// changed since the last time, then runs the named script on the workspace's own Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'
const [script, ...args] = process.argv.slice(2)

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Darkroom needs Node.js 20 or newer to start; this is ${process.version}.`)
}
installWhenNeeded()
run(workspaceNode(), ['--conditions=source', join(root, script), ...args])

function installWhenNeeded() {
  const stamp = join(root, 'node_modules', '.darkroom-installed')
  const wanted = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) wanted.update(readFileSync(join(root, file)))
  const digest = wanted.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return

  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.error(`Installing the workspace with ${packageManager} …`)
  const installed = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: windows,
    env: { ...process.env, CI: 'true' },
  })
  if (installed.status !== 0) {
    fail(`The install failed:\n${installed.stdout ?? ''}${installed.stderr ?? ''}${installed.error?.message ?? ''}`)
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, digest)
}

/** Node 24 comes with the workspace where a package for this platform exists; else the Node at hand must be it. */
function workspaceNode() {
  const bundled = join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node')
  if (existsSync(bundled)) return bundled
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  fail(
    `No packaged Node.js 24 exists for ${process.platform}-${process.arch}, and this is ${process.version}: install Node.js 24 and try again.`,
  )
}

function run(command, commandArgs) {
  const child = spawn(command, commandArgs, {
    cwd: process.cwd(),
    stdio: 'inherit',
    shell: windows,
    env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH}` },
  })
  // A terminal's Ctrl-C reaches the child too; it takes two signals within half a second as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${command} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
