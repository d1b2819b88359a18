import { expect, it } from 'vitest'
import { formatFailureReason, parseFailureReason } from './failure-reason.ts'

it('a reason is the same after formatting and parsing', () => {
  for (const reason of [
    { code: 'IMAGE_CORRUPT', message: 'bad: data\nsecond line', retryable: false },
    { code: 'STORAGE_FULL', message: '', retryable: true },
  ]) {
    expect(parseFailureReason(formatFailureReason(reason))).toEqual(reason)
  }
})

it('messages of BullMQ itself are given codes [S3.6]', () => {
  expect(parseFailureReason('job stalled more than allowable limit')).toMatchObject({ code: 'WORKER_CRASHED' })
  expect(parseFailureReason('/secret/path: boom')).toEqual({
    code: 'INTERNAL',
    message: 'Unknown error',
    retryable: true,
  })
  expect(parseFailureReason(undefined)).toMatchObject({ code: 'INTERNAL' })
})
