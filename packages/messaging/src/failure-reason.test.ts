import { expect, it } from 'vitest'
import { formatFailureReason, parseFailureReason } from './failure-reason.ts'

it('survives formatting as one line of text', () => {
  for (const reason of [
    { code: 'IMAGE_CORRUPT', message: 'bad: data\nsecond line', retryable: false },
    { code: 'STORAGE_FULL', message: '', retryable: true },
  ]) {
    expect(parseFailureReason(formatFailureReason(reason))).toEqual(reason)
  }
})

it('has codes for messages of BullMQ itself [S3.6]', () => {
  expect(parseFailureReason('job stalled more than allowable limit')).toMatchObject({ code: 'WORKER_CRASHED' })
  expect(parseFailureReason('/secret/path: boom')).toEqual({
    code: 'INTERNAL',
    message: 'Unknown error',
    retryable: true,
  })
  expect(parseFailureReason(undefined)).toMatchObject({ code: 'INTERNAL' })
})
