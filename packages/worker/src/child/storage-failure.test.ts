import { StorageError } from '@darkroom/storage'
import { expect, test } from 'vitest'
import { readFailure, writeFailure } from './storage-failure.ts'

const systemError = (code: string) => Object.assign(new Error(`${code}: open '/srv/data/x'`), { code, syscall: 'open' })

test.each([
  [new StorageError('NOT_FOUND', 'nothing there'), 'SOURCE_MISSING', true],
  [systemError('ENOENT'), 'SOURCE_MISSING', true],
  [new StorageError('INVALID_KEY', 'no key'), 'INVALID_JOB', false],
  [systemError('EIO'), 'STORAGE_FAILED', true],
  [Object.assign(new Error('short of memory'), { code: 'OUT_OF_RESOURCES' }), 'OUT_OF_RESOURCES', true],
  [Object.assign(new Error('too large'), { code: 'MEMORY_LIMIT' }), 'MEMORY_LIMIT', true],
  [new Error('a bug in /srv/data'), 'INTERNAL', true],
])('reading: %s', (error, code, retryable) => {
  const { reason } = readFailure(error)
  expect(reason).toMatchObject({ code, retryable })
  expect(reason.message).not.toContain('/srv')
})

test.each([
  [new StorageError('STORAGE_FULL', 'no space'), 'STORAGE_FULL', true],
  [systemError('ENOSPC'), 'STORAGE_FULL', true],
  [new StorageError('NOT_FOUND', 'the folder vanished'), 'STORAGE_FAILED', true],
  [new StorageError('INVALID_KEY', 'no key'), 'INVALID_JOB', false],
])('writing: %s', (error, code, retryable) => {
  expect(writeFailure(error).reason).toMatchObject({ code, retryable })
})
