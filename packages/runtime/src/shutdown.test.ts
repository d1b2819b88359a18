import { pino } from 'pino'
import { expect, it } from 'vitest'
import { runShutdown } from './shutdown.ts'

const log = pino({ enabled: false })

it('runs the phases in order, one after the other', async () => {
  const seen: string[] = []
  const phase = (name: string) => ({
    name,
    timeoutMs: 1000,
    run: async () => {
      seen.push(`${name} starts`)
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(`${name} ends`)
    },
  })
  expect(await runShutdown([phase('http'), phase('queue')], log)).toEqual([])
  expect(seen).toEqual(['http starts', 'http ends', 'queue starts', 'queue ends'])
})

it('skips a phase that hangs or fails, and names it', async () => {
  let reached = false
  const troubled = await runShutdown(
    [
      { name: 'hangs', timeoutMs: 20, run: () => new Promise(() => {}) },
      { name: 'fails', timeoutMs: 1000, run: () => Promise.reject(new Error('no')) },
      { name: 'last', timeoutMs: 1000, run: () => void (reached = true) },
    ],
    log,
  )
  expect(troubled).toEqual(['hangs', 'fails'])
  expect(reached).toBe(true)
})
