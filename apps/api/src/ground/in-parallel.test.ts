import { expect, it } from 'vitest'
import { inParallel } from './in-parallel.ts'

it('limits concurrency and returns the results in order', async () => {
  let running = 0
  let most = 0
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++running)
    for (let turn = item % 3; turn >= 0; turn--) await Promise.resolve()
    running--
    return item * 2
  }
  const items = Array.from({ length: 20 }, (_, index) => index)
  expect(await inParallel(items, 4, work)).toEqual(items.map((item) => item * 2))
  expect(most).toBe(4)
  expect(await inParallel([], 4, work)).toEqual([])
})

it('one failure fails the call', async () => {
  await expect(inParallel([1, 2], 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})
