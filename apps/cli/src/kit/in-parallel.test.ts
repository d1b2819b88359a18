import { expect, it } from 'vitest'
import { inParallel } from './in-parallel.ts'

it('takes no more after a failure, and lets what is in progress end before it throws', async () => {
  const taken: number[] = []
  const ended: number[] = []
  async function* numbers() {
    for (let at = 0; at < 10; at++) {
      taken.push(at)
      yield at
    }
  }
  const { promise: failed, resolve: fail } = Promise.withResolvers<void>()
  const working = inParallel(numbers(), 2, async (at) => {
    if (at === 1) {
      fail()
      throw new Error('enough')
    }
    await failed
    await new Promise((resolve) => setImmediate(resolve))
    ended.push(at)
  })
  await expect(working).rejects.toThrow('enough')
  expect([taken, ended]).toEqual([[0, 1], [0]])
})
