import { expect, onTestFinished, test, vi } from 'vitest'
import { loadImageWorkerConfig } from './env.ts'

test('uses the settings, and defaults for missing ones', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of ['WORKER_CONCURRENCY', 'IMAGE_MAX_PIXELS']) vi.stubEnv(name, '')
  const byItself = loadImageWorkerConfig()
  expect(byItself.imageMaxPixels).toBe(50_000_000)
  expect(byItself.concurrency).toBeGreaterThan(0)
  vi.stubEnv('WORKER_CONCURRENCY', '7')
  vi.stubEnv('IMAGE_MAX_PIXELS', '1234')
  expect(loadImageWorkerConfig()).toMatchObject({ concurrency: 7, imageMaxPixels: 1234 })
})
