import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { createLogger } from '@darkroom/runtime'
import { until } from '@darkroom/testing'
import { expect, onTestFinished, test } from 'vitest'
import { CpuWait } from './cpu-wait.ts'
import { runOnChild } from './run-on-child.ts'

const hasSchedstat = existsSync('/proc/self/schedstat')
const DEADLINE_MS = 300

async function start(program: string, args: string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child.pid!
}

/** Three processes for each CPU that never rest: each gets a third of one. Returns one of them. */
async function crowd(): Promise<number> {
  const pids = Array.from({ length: 3 * availableParallelism() }, () => start(process.execPath, ['-e', 'for (;;);']))
  return (await Promise.all(pids))[0]!
}

const never = () => new Promise<never>(() => {})

test.skipIf(!hasSchedstat)('the wait for a CPU is counted, idle time is not', async () => {
  const idle = new CpuWait(await start('sleep', ['60']))
  const busy = new CpuWait(await crowd())
  expect([idle.readMs(), busy.readMs()]).toEqual([0, 0])
  await until(() => busy.readMs() > 500, { what: 'half a second of waiting', timeoutMs: 20_000 })
  const before = idle.readMs()
  await until(() => busy.readMs() > 1000, { what: 'a second of waiting', timeoutMs: 20_000 })
  expect(idle.readMs() - before).toBeLessThan(50)
})

/** More threads than CPUs, so that there is always one that waits for another. */
const CROWDED = `
const { Worker } = require('node:worker_threads')
for (let count = 0; count < ${4 * availableParallelism()}; count++) new Worker('for (;;);', { eval: true })
`

/** The CPU time of a process: user and system, the 14th and 15th field of proc_pid_stat(5), in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

test.skipIf(!hasSchedstat)('a process does not wait while another of its threads runs', async () => {
  const pid = await start(process.execPath, ['-e', CROWDED])
  const wait = new CpuWait(pid)
  wait.readMs()
  await pause(1000) // until all of its threads run
  const [waited, ran, startedAt] = [wait.readMs(), cpuMsOf(pid), performance.now()]
  for (let read = 0; read < 20; read++) {
    await pause(50)
    wait.readMs()
  }
  const tookMs = performance.now() - startedAt
  expect(wait.readMs() - waited).toBeLessThan(Math.max(0, tookMs - (cpuMsOf(pid) - ran)) + tookMs * 0.2)
})

test('a process that has ended, or never began, did not wait', () => {
  expect([new CpuWait(2 ** 22 + 1).readMs(), new CpuWait(undefined).readMs()]).toEqual([0, 0])
})

test.skipIf(!hasSchedstat)('a job does not pay for a machine that is too busy', { timeout: 120_000 }, async () => {
  const pid = await crowd()
  const startedAt = performance.now()
  const killed = Promise.withResolvers<void>()
  const child = {
    pid,
    noun: 'image',
    isReady: true,
    ended: never(),
    hear: () => {},
    send: () => {},
    kill: killed.resolve,
  }
  const run = runOnChild(child as never, {} as never, {
    deadlineMs: DEADLINE_MS,
    maxRssBytes: 2 ** 40,
    onProgress: () => {},
    log: createLogger({ name: 'test', level: 'silent' }),
  })
  await expect(run).rejects.toThrow('longer than 300 ms')
  await killed.promise
  expect(performance.now() - startedAt).toBeGreaterThan(2 * DEADLINE_MS)
})
