import { expect, test } from 'vitest'
import { shareRuns } from './share-runs.ts'

/** Runs that end when the test says so. */
function controlled() {
  const runs: { key: string; end: (result: number) => void; fail: (error: Error) => void }[] = []
  const shared = shareRuns((key) => {
    const { promise, resolve: end, reject: fail } = Promise.withResolvers<number>()
    runs.push({ key, end, fail })
    return promise
  })
  return { runs, shared }
}

test('callers during a run share the next one, which begins when it has ended', async () => {
  const { runs, shared } = controlled()
  const first = shared('a')
  const [second, third] = [shared('a'), shared('a')]
  expect(runs).toHaveLength(1)
  runs[0]?.end(1)
  expect(await first).toBe(1)
  expect(runs).toHaveLength(2)
  runs[1]?.end(2)
  expect(await Promise.all([second, third])).toEqual([2, 2])
  expect(runs).toHaveLength(2)
})

test('a caller after the end of all runs starts one', async () => {
  const { runs, shared } = controlled()
  const first = shared('a')
  runs[0]?.end(1)
  await first
  void shared('a')
  expect(runs).toHaveLength(2)
})

test('different keys do not wait for each other', () => {
  const { runs, shared } = controlled()
  void shared('a')
  void shared('b')
  expect(runs.map(({ key }) => key)).toEqual(['a', 'b'])
})

test('a failed run fails its callers, not those of the next', async () => {
  const { runs, shared } = controlled()
  const first = shared('a')
  const second = shared('a')
  runs[0]?.fail(new Error('no'))
  await expect(first).rejects.toThrow('no')
  runs[1]?.end(2)
  expect(await second).toBe(2)
})
