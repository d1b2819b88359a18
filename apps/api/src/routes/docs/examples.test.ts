import { checkExamples } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { createOpenApiDocument } from './document.ts'

it('every request and response body has examples, and all of them are valid', () => {
  const document = createOpenApiDocument({
    maxFileBytes: 1,
    maxPixels: 1,
    maxFiles: 100,
    maxBatchBytes: 1,
    maxRosterBytes: 1,
    ttlSeconds: 3600,
  })
  const { count, ...found } = checkExamples(document)
  expect(found).toEqual({ faults: [], without: [] })
  expect(count).toBeGreaterThan(300)
})
