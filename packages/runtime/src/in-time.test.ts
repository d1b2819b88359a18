import { expect, it } from 'vitest'
import { inTime } from './in-time.ts'

it('returns what the step returns, or throws what it throws', async () => {
  expect(await inTime(1000, () => 7)).toBe(7)
  await expect(inTime(1000, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})

it('throws when the step takes longer', async () => {
  const never = () => new Promise<never>(() => {})
  await expect(inTime(5, never)).rejects.toThrow('took longer than 5 ms')
  await expect(inTime(5, never, () => new TypeError('mine'))).rejects.toThrow(TypeError)
})
