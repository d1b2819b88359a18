import { expect, it } from 'vitest'
import { isKnown } from './task-etag.ts'

it.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  ['', false],
])('If-None-Match: %s', (header, known) => {
  expect(isKnown(header, '"a"')).toBe(known)
})
