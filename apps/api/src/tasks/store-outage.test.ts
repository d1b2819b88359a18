import { expect, it } from 'vitest'
import { isStoreOutage } from './store-outage.ts'

const system = (code: string, syscall: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall })

it.each([
  ['of the driver', Object.assign(new Error('read ECONNRESET'), { name: 'MongoNetworkError' }), true],
  ['of a server that steps down', Object.assign(new Error('not primary'), { name: 'MongoServerError', code: 10_107 }), true],
  ['of a connection that breaks under a write', system('ECONNRESET', 'write'), true],
  ['of a refused document', Object.assign(new Error('E11000'), { name: 'MongoServerError', code: 11_000 }), false],
  ['of a full disk', system('ENOSPC', 'write'), false],
  ['of our own', new TypeError('undefined is not a function'), false],
])('an error %s', (_of, error, isOutage) => {
  expect(isStoreOutage(error)).toBe(isOutage)
})
