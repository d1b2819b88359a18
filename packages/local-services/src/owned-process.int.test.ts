import { ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { smallServer } from '../test/small-server.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { type OwnedProcess, pidFileOf, startOwnedProcess } from './owned-process.ts'
import { killOrphan, readPidFile, writePidFile } from './pid-file.ts'
import { processIdentity } from './process-identity.ts'

test('stop ends the process and removes its pid file', async () => {
  const folder = await temporaryFolder()
  const server = await started(folder)
  const pid = pidOf(server)
  expect(readPidFile(pidFileOf(folder))).toMatchObject({ pid })

  await server.stop()
  expect(runs(pid)).toBe(false)
  expect(server.pid).toBeUndefined()
  expect(readPidFile(pidFileOf(folder))).toBeUndefined()
  await server.stop()
})

test('a killed server comes back on the same port', async () => {
  const server = await started(await temporaryFolder())
  const first = pidOf(server)
  await server.kill('SIGKILL')
  expect(runs(first)).toBe(false)

  const port = server.port
  await server.restart()
  expect(server.port).toBe(port)
  expect(pidOf(server)).not.toBe(first)
})

test('a server that ignores SIGTERM is killed', async () => {
  const stubborn = {
    ...smallServer,
    args: (port: number) => ['-e', `process.on('SIGTERM', () => {}); ${smallServer.args(port, '')[1]}`],
  }
  const server = await startOwnedProcess(stubborn, await temporaryFolder(), { stopLimitMs: 200 })
  const pid = pidOf(server)
  await server.stop()
  expect(runs(pid)).toBe(false)
})

test('a server that cannot start says why', async () => {
  const broken = { ...smallServer, args: () => ['-e', "console.error('no such thing as luck'); process.exit(1)"] }
  await expect(startOwnedProcess(broken, await temporaryFolder())).rejects.toThrow('no such thing as luck')
  await expect(startOwnedProcess({ ...smallServer, file: '/nowhere/server' }, await temporaryFolder())).rejects.toThrow(
    'small-server did not become ready',
  )
})

test('never signals a server that did not start, since the signal could reach another process', async () => {
  const kill = vi.spyOn(ChildProcess.prototype, 'kill')
  onTestFinished(() => kill.mockRestore())
  const missing = { ...smallServer, file: '/nowhere/server' }
  await expect(startOwnedProcess(missing, await temporaryFolder())).rejects.toThrow('did not become ready')
  expect(kill).not.toHaveBeenCalled()
})

test('a parent that exits takes its server with it', async () => {
  const { parent, serverPid } = await parentWithServer(await temporaryFolder(), 'exit')
  if (parent.exitCode === null) await once(parent, 'exit')
  expect(parent.exitCode).toBe(3)
  await until(() => !runs(serverPid))
})

test('the server of a killed parent ends within seconds', async () => {
  const { parent, serverPid } = await parentWithServer(await temporaryFolder(), 'stay')
  expect(runs(serverPid)).toBe(true)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await until(() => !runs(serverPid))
})

test('the next start ends what a killed parent left behind', async () => {
  const folder = await temporaryFolder()
  const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  onTestFinished(() => void orphan.kill('SIGKILL'))
  await once(orphan, 'spawn')
  if (orphan.pid === undefined) throw new Error('unreachable')
  writePidFile(pidFileOf(folder), orphan.pid)

  expect(await killOrphan(pidFileOf(folder))).toBe(orphan.pid)
  expect(runs(orphan.pid)).toBe(false)
})

test('reports a crash of the server, but not a stop', async () => {
  const server = await started(await temporaryFolder())
  const crashed = vi.fn<() => void>()
  server.onCrash(crashed)
  await server.kill('SIGKILL')
  await server.restart()
  expect(crashed).not.toHaveBeenCalled()

  process.kill(pidOf(server), 'SIGKILL')
  await vi.waitFor(() => expect(crashed).toHaveBeenCalledOnce(), { timeout: 10_000 })
  await server.restart()
  expect(runs(server.pid)).toBe(true)
})

test('does not touch an unrelated process that reuses the pid of a dead server', async () => {
  const folder = await temporaryFolder()
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  onTestFinished(() => void stranger.kill('SIGKILL'))
  await once(stranger, 'spawn')

  for (const identity of ['an earlier boot/4711', undefined]) {
    writeFileSync(pidFileOf(folder), JSON.stringify({ pid: stranger.pid, identity }))
    expect(await killOrphan(pidFileOf(folder))).toBeUndefined()
    expect(runs(stranger.pid)).toBe(true)
  }
})

async function started(folder: string): Promise<OwnedProcess> {
  const server = await startOwnedProcess(smallServer, folder)
  onTestFinished(() => server.stop())
  return server
}

async function parentWithServer(
  folder: string,
  ending: 'exit' | 'stay',
): Promise<{ parent: ChildProcess; serverPid: number }> {
  const parent = spawn(process.execPath, [join(import.meta.dirname, '../test/parent.ts'), folder, ending], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const serverPid = Number(line.toString())
  onTestFinished(async () => void (await killOrphan(pidFileOf(folder))))
  return { parent, serverPid }
}

function pidOf(server: OwnedProcess): number {
  if (server.pid === undefined) throw new Error('The server is not running.')
  return server.pid
}

function runs(pid: number | undefined): boolean {
  return pid !== undefined && processIdentity(pid) !== undefined
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20)
}
