import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** A process that handles a burst, keeps its timers, and then prints how much memory it has. */
const program = (isReturned: boolean): string => `
  import { setTimeout as pause } from 'node:timers/promises'
  import { returnMemoryAtRest } from '${new URL('return-memory.ts', import.meta.url).href}'
  setInterval(() => JSON.parse('{}'), 1000)
  if (${isReturned}) returnMemoryAtRest({ debug: () => {} }, 200)
  const kept = new Map()
  for (let round = 0; round < 30; round++) {
    for (let at = 0; at < 4000; at++)
      kept.set(round * 4000 + at, Array.from({ length: 40 }, (_, of) => ({ of, text: 'text ' + at + of })))
    if (kept.size > 20000) for (const key of [...kept.keys()].slice(0, 10000)) kept.delete(key)
    await pause(20)
  }
  kept.clear()
  await pause(4000)
  console.log(process.memoryUsage.rss())
  process.exit()
`

async function bytesAfterBurst(isReturned: boolean): Promise<number> {
  const flags = ['--max-semi-space-size=8', '--max-old-space-size=1024', '--input-type=module']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', program(isReturned)])
  return Number(stdout)
}

test('after a burst a process that still has timers returns its memory', { timeout: 60_000 }, async () => {
  const [kept, returned] = [await bytesAfterBurst(false), await bytesAfterBurst(true)]
  expect(returned).toBeLessThan(0.7 * kept)
})
