import { expect, it } from 'vitest'
import { parseKey } from './key.ts'

it.each(['a', 'storage/images/65d4/original.jpg', 'output/beach/1024/0cc1.jpg', 'ümlaut/x y/a..b'])(
  'accepts %s unchanged',
  (key) => {
    expect(parseKey(key)).toBe(key)
  },
)

it('accepts a segment of 200 bytes', () => {
  expect(parseKey('x'.repeat(200))).toHaveLength(200)
})

it.each(['x'.repeat(201), `${'ü'.repeat(100)}x`])(
  'rejects a segment of 201 bytes, whether of few or many characters',
  (key) => {
    expect(() => parseKey(key)).toThrow('longer than 200 bytes')
  },
)

it('rejects more than 1024 bytes', () => {
  expect(() => parseKey('x/'.repeat(512) + 'x')).toThrow('longer than 1024 bytes')
})
