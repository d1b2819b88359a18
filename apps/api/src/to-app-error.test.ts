import { StorageError } from '@darkroom/storage'
import { expect, it } from 'vitest'
import { toAppError } from './to-app-error.ts'

it.each([
  new Error('the password is secret'),
  new TypeError('x is not a function'),
  'text',
  undefined,
  null,
  { status: 302 },
  { status: 500 },
])('an unexpected error (%s) is internal, and its message is not exposed', (thrown) => {
  const { status, code, message } = toAppError(thrown)
  expect([status, code]).toEqual([500, 'INTERNAL'])
  expect(message).not.toContain('secret')
})

it.each([
  [{ status: 400, type: 'entity.parse.failed' }, 400, 'INVALID_JSON'],
  [{ status: 413 }, 413, 'BODY_TOO_LARGE'],
  [{ status: 404 }, 404, 'ROUTE_NOT_FOUND'],
  [{ status: 415 }, 415, 'UNSUPPORTED_ENCODING'],
  [{ status: 400 }, 400, 'INVALID_REQUEST'],
  [{ status: 416 }, 416, 'INVALID_REQUEST'],
  [{ code: 'ENOSPC' }, 507, 'STORAGE_FULL'],
  [{ code: 'EDQUOT' }, 507, 'STORAGE_FULL'],
  [{ code: 'EROFS', syscall: 'open' }, 503, 'STORAGE_UNAVAILABLE'],
  [{ code: 'EACCES', syscall: 'open' }, 503, 'STORAGE_UNAVAILABLE'],
  [{ code: 'EIO', syscall: 'open' }, 503, 'STORAGE_UNAVAILABLE'],
  [{ code: 'ENOENT', syscall: 'open' }, 503, 'STORAGE_UNAVAILABLE'],
  [new StorageError('STORAGE_FAILED', 'Storage failed.'), 503, 'STORAGE_UNAVAILABLE'],
  [Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' }), 503, 'QUEUE_UNAVAILABLE'],
  [Object.assign(new Error('MASTERDOWN Link with MASTER is down'), { name: 'ReplyError' }), 503, 'QUEUE_UNAVAILABLE'],
  [new Error('Connection is closed.'), 503, 'QUEUE_UNAVAILABLE'],
])('%o returns %i %s', (thrown, status, code) => {
  expect(toAppError(thrown)).toMatchObject({ status, code })
})

it('an overloaded store is not reported as unreachable, and has a Retry-After', () => {
  const error = toAppError(
    Object.assign(new Error('operation exceeded time limit'), { name: 'MongoServerError', code: 50 }),
  )
  expect([error.status, error.code, error.headers['Retry-After']]).toEqual([503, 'STORE_UNAVAILABLE', '5'])
  expect(error.message).toMatch(/overloaded/)
})
