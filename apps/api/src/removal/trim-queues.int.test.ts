import type { Task } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { recordLog, sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { fatal, startTestWorker } from '../../test/test-worker.ts'
import { CleanupTotalsStore } from './cleanup-totals-store.ts'
import { TrimQueues, TrimQueuesHandler } from './trim-queues.ts'

const MONTH_MS = 31 * 24 * 3_600_000

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

it('finished jobs past their age are removed, counted and logged, and those whose events are not applied stay [S4.10]', async () => {
  const worker = await startTestWorker(api, { work: () => Promise.reject(fatal('IMAGE_CORRUPT')) })
  const { links } = (await api.upload(await sampleJpeg({ width: 16, height: 16 }))).body as Task
  const isOver = async () => ((await api.request(links.self)).body as Task).status === 'failed'
  await until(isOver, { what: 'a failed task' })
  await worker.stop()

  const totals = new CleanupTotalsStore(api.database)
  const { log, lines } = recordLog<Logger>()
  const trim = (now: number, applied = now): Promise<number> =>
    new TrimQueuesHandler({ queues: [api.queue], appliedUntil: () => applied, totals, log, now: () => now }).handle(
      new TrimQueues(new AbortController().signal),
    )
  const later = Date.now() + MONTH_MS
  expect(await trim(Date.now())).toBe(0)
  expect(await trim(later, 0)).toBe(0)
  expect(await trim(later)).toBe(1)
  expect(await trim(later)).toBe(0)
  expect(lines.map((line) => [line.message, line['queueRowsRemoved']])).toEqual([
    ['queues cleaned up', 0],
    ['queues cleaned up', 0],
    ['queues cleaned up', 1],
    ['queues cleaned up', 0],
  ])
  expect(await totals.read()).toMatchObject({ queueRowsRemoved: 1 })
})
