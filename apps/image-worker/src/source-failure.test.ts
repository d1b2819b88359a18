import { ImageError } from '@darkroom/images'
import { StorageError } from '@darkroom/storage'
import { expect, test } from 'vitest'
import { sourceFailure } from './source-failure.ts'

test.each([
  [new ImageError('IMAGE_CORRUPT', 'damaged'), 'IMAGE_CORRUPT', false],
  [new StorageError('NOT_FOUND', 'nothing there'), 'SOURCE_MISSING', true],
])('%s', (error, code, retryable) => {
  expect(sourceFailure(error).reason).toMatchObject({ code, retryable })
})
