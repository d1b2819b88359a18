import { expect, onTestFinished, test, vi } from 'vitest'
import { loadVideoWorkerConfig } from './env.ts'

test('at most three renders at once by default, with a deadline of ten minutes [S4.7]', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of ['VIDEO_CONCURRENCY', 'JOB_DEADLINE_MS', 'FFMPEG_PATH']) vi.stubEnv(name, '')
  const byItself = loadVideoWorkerConfig()
  expect(byItself.concurrency).toBeGreaterThan(0)
  expect(byItself.concurrency).toBeLessThanOrEqual(3)
  expect(byItself.jobDeadlineMs).toBe(600_000)
  vi.stubEnv('VIDEO_CONCURRENCY', '7')
  vi.stubEnv('FFMPEG_PATH', '/opt/ffmpeg')
  expect(loadVideoWorkerConfig()).toMatchObject({ concurrency: 7, ffmpegPath: '/opt/ffmpeg' })
})
