import { expect, it } from 'vitest'
import { until } from './until.ts'

const soon = { timeoutMs: 60, intervalMs: 5, what: 'the bus' }

it('returns the first truthy value', async () => {
  const values = [undefined, 0, 'here', 'later']
  expect(await until(() => values.shift(), soon)).toBe('here')
})

it('repeats a check that threw', async () => {
  let calls = 0
  const check = () => {
    if (++calls < 3) throw new Error('not yet')
    return calls
  }
  expect(await until(check, soon)).toBe(3)
})

it('reports what it waited for and the last value', async () => {
  await expect(until(() => null, soon)).rejects.toThrow('Waited 60 ms for the bus; the last value was null')
})

it('reports the last error of the check', async () => {
  const failing = until(() => Promise.reject(new Error('flat tyre')), soon)
  await expect(failing).rejects.toThrow('the last check threw: Error: flat tyre')
})
