import { ImageError } from '@darkroom/images'
import { StorageError } from '@darkroom/storage'
import { expect, test } from 'vitest'
import { verdictOf } from './verdict-of.ts'

test('an error of the engine is a verdict on the bytes', () => {
  expect(verdictOf(new ImageError('IMAGE_CORRUPT', 'damaged'))).toEqual({ code: 'IMAGE_CORRUPT', message: 'damaged' })
})

test.each([new StorageError('NOT_FOUND', 'nothing there'), new Error('a bug')])(
  '%s is not a verdict on the bytes',
  (error) => {
    expect(verdictOf(error)).toBeUndefined()
  },
)
