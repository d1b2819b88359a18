import { checkExamples } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { createOpenApiDocument } from './document.ts'

it('every body that is sent or answered has examples, and each of them fits its schema', () => {
  const document = createOpenApiDocument({
    maxFileBytes: 1,
    maxPixels: 1,
    maxFiles: 100,
    maxBatchBytes: 1,
    ttlSeconds: 3600,
  })
  const { count, ...found } = checkExamples(document)
  expect(found).toEqual({ faults: [], without: [] })
  expect(count).toBeGreaterThan(300)
})
