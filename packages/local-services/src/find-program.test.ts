import { expect, test } from 'vitest'
import { isAtLeast } from './find-program.ts'

test.each([
  ['7.0.15', '6.2.0', true],
  ['6.2.0', '6.2.0', true],
  ['6.0.16', '6.2.0', false],
  ['10.0.0', '6.2.0', true],
  ['4.2.24', '4.4.0', false],
  ['unknown', '6.2.0', true],
])('version %s against %s: %s', (version, least, enough) => {
  expect(isAtLeast(version, least)).toBe(enough)
})
