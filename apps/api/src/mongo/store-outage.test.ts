import { expect, it } from 'vitest'
import { isStoreBusy, isStoreOutage, wasNeverSent } from './store-outage.ts'

const system = (code: string, syscall: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall })

it.each([
  ['of the driver', Object.assign(new Error('read ECONNRESET'), { name: 'MongoNetworkError' }), true],
  [
    'of a server that steps down',
    Object.assign(new Error('not primary'), { name: 'MongoServerError', code: 10_107 }),
    true,
  ],
  ['of a connection that breaks under a write', system('ECONNRESET', 'write'), true],
  ['of a refused document', Object.assign(new Error('E11000'), { name: 'MongoServerError', code: 11_000 }), false],
  ['of a full disk', system('ENOSPC', 'write'), false],
  ['of our own', new TypeError('undefined is not a function'), false],
])('an error %s', (_of, error, isOutage) => {
  expect(isStoreOutage(error)).toBe(isOutage)
})

it.each([
  [
    'stopped a read that took too long',
    Object.assign(new Error('operation exceeded time limit'), { name: 'MongoServerError', code: 50 }),
  ],
  [
    'has no connection to spare',
    Object.assign(new Error('Timed out while checking out'), { name: 'MongoWaitQueueTimeoutError' }),
  ],
  ['did not answer', Object.assign(new Error('connection timed out'), { name: 'MongoNetworkTimeoutError' })],
])('a store that %s is overloaded', (_what, error) => {
  expect([isStoreBusy(error), isStoreOutage(error)]).toEqual([true, true])
})

it('an unreachable store is not overloaded', () => {
  expect(isStoreBusy(Object.assign(new Error('read ECONNRESET'), { name: 'MongoNetworkError' }))).toBe(false)
})

it('a write without a server was never sent, unless it may have been sent before: only a standalone server is sent it once', () => {
  const withoutServer = (type: string) =>
    Object.assign(new Error('no server'), { name: 'MongoServerSelectionError', reason: { type } })
  const types = ['Unknown', 'Single', 'ReplicaSetNoPrimary', 'Sharded']
  expect(types.map((type) => wasNeverSent(withoutServer(type), true))).toEqual([true, true, false, false])
  expect(types.map((type) => wasNeverSent(withoutServer(type), false))).toEqual([true, false, false, false])
})
