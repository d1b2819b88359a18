import { expect, onTestFinished, test, vi } from 'vitest'
import { loadPhotoWorkerConfig } from './env.ts'

test('runs three jobs at a time by default, or as many as there is memory for [S2.4]', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of ['PHOTO_CONCURRENCY', 'BIBS_MODELS', 'JOB_DEADLINE_MS']) vi.stubEnv(name, '')
  const byItself = loadPhotoWorkerConfig()
  expect([1, 2, 3]).toContain(byItself.concurrency)
  expect(byItself).toMatchObject({ jobDeadlineMs: 60_000, bibsModels: undefined })
  // Without it a child grows to more than twice the memory.
  expect(byItself.childEnv).toMatchObject({ MALLOC_MMAP_THRESHOLD_: expect.any(String) })
  vi.stubEnv('PHOTO_CONCURRENCY', '7')
  vi.stubEnv('BIBS_MODELS', '/models')
  expect(loadPhotoWorkerConfig()).toMatchObject({ concurrency: 7, bibsModels: '/models' })
})
