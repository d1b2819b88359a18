import { expect, it } from 'vitest'
import { fromBase64url } from './base64url.ts'

it.each([0, 1, 2, 3, 4, 47])('reads its own text of %i bytes', (length) => {
  const bytes = Buffer.alloc(length, 0xfb)
  expect(fromBase64url(bytes.toString('base64url'))).toEqual(bytes)
})

it.each(['A', '_____', '__8=', '__9', '__8 ', '//8', '__8\n', '!'])('%j is not the text of any bytes', (text) => {
  expect(fromBase64url(text)).toBeUndefined()
})
