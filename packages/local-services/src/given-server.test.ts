import { expect, test } from 'vitest'
import { useGivenServer, withoutPassword } from './given-server.ts'

test.each([
  ['redis://:secret@host:6379/0', 'redis://host:6379/0'],
  ['mongodb://me:p@ss@a:1,b:2/db?x=y', 'mongodb://a:1,b:2/db?x=y'],
  ['mongodb://127.0.0.1:27017/', 'mongodb://127.0.0.1:27017/'],
])('%s is shown as %s', (url, said) => {
  expect(withoutPassword(url)).toBe(said)
})

test('a server that does not respond is an error, never a reason to use another one', async () => {
  const asked = useGivenServer({
    service: 'Redis',
    variable: 'REDIS_URL',
    url: 'redis://:secret@host:1',
    ask: () => Promise.reject(new Error('refused')),
    log: () => {},
  })
  await expect(asked).rejects.toThrow('REDIS_URL is set, but Redis does not respond at redis://host:1.')
})
