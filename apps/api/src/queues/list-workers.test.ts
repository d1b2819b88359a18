import { imageOptimize } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'
import { expect, test, vi } from 'vitest'
import { ListWorkersHandler } from './list-workers.ts'

test('the start of a worker does not move, although Redis tells its age in whole seconds', async () => {
  const ages = [4000, 4000, 5000, 1000]
  const workers = async () => [{ id: 'a', slots: 2, version: null, connectedMs: ages.shift() ?? 0 }]
  const queue = { name: 'photos', kind: imageOptimize, workers } as unknown as TaskQueue
  const handler = new ListWorkersHandler({ queues: [queue] })
  const since = async (now: number) => {
    vi.setSystemTime(now)
    const [worker] = await handler.handle()
    return worker?.since.getTime()
  }
  try {
    expect(await since(100_000)).toBe(96_000)
    expect(await since(100_900)).toBe(96_000)
    expect(await since(101_100)).toBe(96_000)
    // Connected again.
    expect(await since(102_000)).toBe(101_000)
  } finally {
    vi.useRealTimers()
  }
})
