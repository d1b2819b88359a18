import { S3ServiceException } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { CallerError, toS3StorageError } from './s3-error.ts'
import { StorageError } from './storage-error.ts'

const answer = (name: string, httpStatusCode: number) =>
  new S3ServiceException({
    name,
    message: `${name} at http://s3.internal`,
    $fault: 'client',
    $metadata: { httpStatusCode },
  })

it.each([
  ['NoSuchKey', 404, 'NOT_FOUND'],
  ['NotFound', 404, 'NOT_FOUND'],
  ['NoSuchBucket', 404, 'STORAGE_FAILED'],
  ['QuotaExceeded', 403, 'STORAGE_FULL'],
  ['XMinioStorageFull', 507, 'STORAGE_FULL'],
  ['InternalError', 507, 'STORAGE_FULL'],
  ['ObjectParentIsFile', 400, 'UNSAFE_PATH'],
  ['InternalError', 500, 'STORAGE_FAILED'],
  ['SlowDown', 503, 'STORAGE_FAILED'],
])('%s with status %i is %s, and the message names no host', (name, status, code) => {
  const error = answer(name, status)
  const translated = toS3StorageError(error, 'a/file')
  expect(translated).toMatchObject({ code, cause: error })
  expect(String(translated)).not.toContain('internal')
})

it.each([
  ['SignatureDoesNotMatch', 'correct S3_SECRET_KEY'],
  ['InvalidAccessKeyId', 'correct S3_ACCESS_KEY'],
  ['AccessDenied', 'S3_ACCESS_KEY must be allowed to list, read, write and delete'],
  ['NoSuchBucket', 'create it, or correct S3_BUCKET'],
  ['PermanentRedirect', 'correct S3_REGION and S3_ENDPOINT'],
  ['RequestTimeTooSkewed', 'clocks'],
])('%s says what to do: %s', (name, advice) => {
  expect(String(toS3StorageError(answer(name, 403), 'a/file'))).toContain(advice)
})

it('errors of a connection are those of the storage; bugs and the caller’s own stay as they are', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
  expect(toS3StorageError(refused, 'a')).toMatchObject({
    code: 'STORAGE_FAILED',
    message: expect.stringMatching(/check S3_ENDPOINT/),
  })
  const aborted = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  expect(toS3StorageError(aborted, 'a')).toMatchObject({ code: 'STORAGE_FAILED' })
  const own = [new TypeError('a bug'), new StorageError('INVALID_RANGE', 'Not a range.')]
  for (const error of own) expect(toS3StorageError(error, 'a')).toBe(error)
  expect(toS3StorageError(new CallerError(aborted), 'a')).toBe(aborted)
})
