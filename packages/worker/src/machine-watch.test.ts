import type { Logger } from '@darkroom/runtime'
import { recordLog, until } from '@darkroom/testing'
import { expect, onTestFinished, test } from 'vitest'
import { MachineWatch } from './machine-watch.ts'

function watch(check: () => Promise<void>, timeoutMs = 10_000) {
  const { log, lines } = recordLog<Logger>()
  const calls: string[] = []
  const machine = new MachineWatch({
    check,
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    log,
    firstDelayMs: 5,
    maxDelayMs: 20,
    timeoutMs,
  })
  onTestFinished(() => machine.stop())
  return { machine, lines, calls }
}

test('an outage is logged once, pauses the worker once, and ends by itself', async () => {
  let trouble: string | undefined = 'the disk is full'
  let checks = 0
  const { machine, lines, calls } = watch(async () => {
    checks++
    if (trouble) throw new Error(trouble)
  })
  expect(await Promise.all([machine.confirm(), machine.confirm()])).toEqual(['the disk is full', 'the disk is full'])
  expect(await machine.confirm()).toBe('the disk is full')
  await until(() => checks > 4, { what: 'several checks' })
  expect(calls).toEqual(['pause'])
  expect(machine.trouble).toBe('the disk is full')
  trouble = undefined
  await until(() => machine.trouble === undefined, { what: 'the end of the outage' })
  expect(calls).toEqual(['pause', 'resume'])
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['error', 'taking no jobs: the check of this machine failed'],
    ['info', 'taking jobs again'],
  ])
  expect(await machine.confirm()).toBeUndefined()
})

test('hanging storage is an error, and is not checked again until it responds', async () => {
  let checks = 0
  const storage = Promise.withResolvers<void>()
  const { machine } = watch(() => {
    checks++
    return storage.promise
  }, 10)
  expect(await machine.confirm()).toMatch(/did not respond within 10 ms/)
  const startedAt = performance.now()
  await until(() => performance.now() - startedAt > 100, { what: 'time for several checks' })
  expect(checks).toBe(1)
  storage.resolve()
  await until(() => machine.trouble === undefined, { what: 'the end of the outage' })
})

test('does not resume after it was stopped', async () => {
  let trouble = true
  const { machine, calls } = watch(async () => {
    if (trouble) throw new Error('away')
  })
  await machine.confirm()
  machine.stop()
  trouble = false
  const startedAt = performance.now()
  await until(() => performance.now() - startedAt > 100, { what: 'time for several checks' })
  expect(calls).toEqual(['pause'])
})
