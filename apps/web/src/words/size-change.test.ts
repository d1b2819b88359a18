import { expect, it } from 'vitest'
import { english } from './english.ts'
import { createFormats } from './formats.ts'
import { sizeChange } from './size-change.ts'

it.each([
  [1000, 210, '79 % smaller'],
  [118_000, 122_000, '3 % larger'],
  [1000, 3500, '250 % larger'],
  [1000, 1000, 'of the same size'],
  [0, 1000, 'of the same size'],
])('from %d to %d bytes is %s', (before, after, text) => {
  expect(sizeChange(english, createFormats('en'), { before, after }).replaceAll('\u00A0', ' ')).toBe(text)
})
