import { expect, test } from 'vitest'
import { useGivenServer, withoutPassword } from './given-server.ts'

test.each([
  ['redis://:secret@host:6379/0', 'redis://host:6379/0'],
  ['mongodb://me:p@ss@a:1,b:2/db?x=y', 'mongodb://a:1,b:2/db?x=y'],
  ['mongodb://127.0.0.1:27017/', 'mongodb://127.0.0.1:27017/'],
])('%s is said as %s', (url, said) => {
  expect(withoutPassword(url)).toBe(said)
})

test('a silent server is an error, never a reason to take another', async () => {
  const asked = useGivenServer({
    service: 'Redis',
    variable: 'REDIS_URL',
    url: 'redis://:secret@host:1',
    ask: () => Promise.reject(new Error('refused')),
    log: () => {},
  })
  await expect(asked).rejects.toThrow('REDIS_URL is set, but no Redis answers at redis://host:1.')
})
