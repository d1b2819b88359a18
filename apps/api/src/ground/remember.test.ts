import { expect, it } from 'vitest'
import { remember } from './remember.ts'

function slow(tookMs: () => number, costly: boolean) {
  let [now, asked] = [0, 0]
  const load = async () => {
    now += tookMs()
    return ++asked
  }
  return { read: remember(1000, load, { costly, now: () => now }), pass: (ms: number) => (now += ms) }
}

it('a result is reused for its time', async () => {
  const { read, pass } = slow(() => 1, true)
  expect([await read(), await read()]).toEqual([1, 1])
  pass(998)
  expect(await read()).toBe(1)
  pass(2)
  expect(await read()).toBe(2)
})

it('an expensive result is reused for twenty times its duration', async () => {
  const { read, pass } = slow(() => 500, true)
  await read()
  pass(9000)
  expect(await read()).toBe(1)
  pass(600)
  expect(await read()).toBe(2)
})

it('another one no longer than that, whatever its duration', async () => {
  const { read, pass } = slow(() => 900, false)
  await read()
  pass(50)
  expect(await read()).toBe(1)
  pass(100)
  expect(await read()).toBe(2)
})

it('concurrent callers share a result, and a failure is not reused', async () => {
  let asked = 0
  const read = remember(1000, async () => {
    if (++asked === 1) throw new Error('away')
    return asked
  })
  const [first, second] = await Promise.allSettled([read(), read()])
  expect([first.status, second.status, asked]).toEqual(['rejected', 'rejected', 1])
  expect(await read()).toBe(2)
})
