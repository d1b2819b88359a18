import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { inTime, limitWait } from './s3-bucket.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const late = { code: 'STORAGE_FAILED', message: expect.stringMatching(/has not responded for/) }

it('a call that takes too long is aborted', async () => {
  const hanging = inTime(
    ({ abortSignal }) =>
      new Promise((_resolve, reject) => abortSignal.addEventListener('abort', () => reject(new Error('aborted')))),
  )
  const ended = hanging.catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await ended).toMatchObject({ ...late, cause: { message: 'aborted' } })
})

it('a large body gets more time, and a call that ended leaves no timer', async () => {
  const sending = inTime(() => new Promise((resolve) => setTimeout(resolve, 60_000, 'sent')), { bytes: 50 * 1024 ** 2 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await sending).toBe('sent')
  expect(vi.getTimerCount()).toBe(0)
})

it('a body that stops arriving fails', async () => {
  const errors: unknown[] = []
  const wait = limitWait((error) => errors.push(error))
  for (let chunk = 0; chunk < 3; chunk++) {
    wait.begin()
    await vi.advanceTimersByTimeAsync(29_000)
  }
  wait.end()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(errors).toEqual([])
  wait.begin()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(errors).toMatchObject([late])
  expect(vi.getTimerCount()).toBe(0)
})
