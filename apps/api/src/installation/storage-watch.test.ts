import { tmpdir } from 'node:os'
import { createDiskStorage } from '@darkroom/storage'
import { recordLog } from '@darkroom/testing'
import type { Logger } from '@darkroom/runtime'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { DataFolder } from './data-folder.ts'
import { StorageWatch } from './storage-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Its checks take as long as the test wants. */
function watchOf(check: () => Promise<void>) {
  const { log, lines } = recordLog<Logger>()
  const storage = { ...createDiskStorage(tmpdir()), check }
  const folder = { isOurs: true, check: async () => {} } as DataFolder
  return { watch: new StorageWatch({ storage, folder, log }), lines }
}

it('a storage that was usable is only slow for ten seconds, then it is not usable', async () => {
  let hold: Promise<void> = Promise.resolve()
  const { watch, lines } = watchOf(() => hold)
  watch.start(() => {})
  await vi.advanceTimersByTimeAsync(1000)
  expect(await watch.known()).toBeUndefined()

  const { promise, resolve } = Promise.withResolvers<void>()
  hold = promise
  // The next look begins ten seconds after the first.
  await vi.advanceTimersByTimeAsync(9000 + 7500)
  const slow = Promise.all([watch.known(), watch.probe()])
  await vi.advanceTimersByTimeAsync(2000)
  expect([...(await slow), ...lines]).toEqual([undefined, undefined])
  await vi.advanceTimersByTimeAsync(5000)
  const fault = watch.known()
  await vi.advanceTimersByTimeAsync(2000)
  expect((await fault)?.message).toMatch(/^DATA_DIR has not responded for 1\d s\.$/)

  resolve()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await watch.known()).toBeUndefined()
  expect(lines.map(({ level }) => level)).toEqual(['error', 'info'])
  watch.stop()
})

it('a storage that was never seen to work is not usable after two seconds without a response', async () => {
  const { watch } = watchOf(() => new Promise(() => {}))
  const fault = watch.known()
  await vi.advanceTimersByTimeAsync(2000)
  expect((await fault)?.message).toBe('DATA_DIR has not responded for 2 s.')
  watch.stop()
})
