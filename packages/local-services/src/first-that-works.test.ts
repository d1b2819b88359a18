import { expect, test } from 'vitest'
import { firstThatWorks, type Way } from './first-that-works.ts'

test('the first way that works is taken, and later ones are not even tried', async () => {
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

test('a way that breaks is said and passed over', async () => {
  const { choice, lines } = await choose([
    { name: 'a container', attempt: () => Promise.reject(new Error('the engine is on fire')) },
    { name: 'PATH', attempt: async () => ({ skipped: '2.8.0 is too old', said: true }) },
    { name: 'apt', attempt: async () => ({ found: 'apt' }) },
  ])
  expect(choice).toBe('apt')
  expect(lines).toEqual([
    'Redis: not by a container: the engine is on fire',
    'Redis: not by PATH: 2.8.0 is too old',
    'Redis: found apt',
  ])
})

test('without any way the error names every way out and what was tried', async () => {
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
