import { expect, test } from 'vitest'
import { firstThatWorks, type Way } from './first-that-works.ts'

test('uses the first method that works and does not try later ones', async () => {
  const tried: string[] = []
  const way = (name: string, works: boolean): Way<string> => ({
    name,
    attempt: async () => {
      tried.push(name)
      return works ? { found: name } : { skipped: 'not there' }
    },
  })
  const { choice, lines } = await choose([way('a container', false), way('PATH', true), way('apt', true)])
  expect(choice).toBe('PATH')
  expect(tried).toEqual(['a container', 'PATH'])
  expect(lines).toEqual(['Redis: found PATH'])
})

test('reports and skips a method that fails', async () => {
  const { choice, lines } = await choose([
    { name: 'a container', attempt: () => Promise.reject(new Error('the engine is on fire')) },
    { name: 'PATH', attempt: async () => ({ skipped: '2.8.0 is too old', said: true }) },
    { name: 'apt', attempt: async () => ({ found: 'apt' }) },
  ])
  expect(choice).toBe('apt')
  expect(lines).toEqual([
    'Redis: a container skipped: the engine is on fire',
    'Redis: PATH skipped: 2.8.0 is too old',
    'Redis: found apt',
  ])
})

test('if no method works, the error lists the options and what was tried', async () => {
  const nothing = choose([{ name: 'PATH', attempt: async () => ({ skipped: 'not there' }) }])
  await expect(nothing).rejects.toThrow(/set REDIS_URL[^]*start Docker[^]*PATH: not there/)
})

async function choose(ways: Way<string>[]): Promise<{ choice: string; lines: string[] }> {
  const lines: string[] = []
  const choice = await firstThatWorks('Redis', ways, {
    describe: (found) => `found ${found}`,
    log: (line) => lines.push(line),
    waysOut: ['set REDIS_URL', 'start Docker'],
  })
  return { choice, lines }
}
