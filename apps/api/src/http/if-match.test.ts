import { expect, it } from 'vitest'
import { ifMatchOf } from './if-match.ts'

const read = (text: string | undefined) => ifMatchOf({ headers: { 'if-match': text } })

it.each([undefined, '*', '"a"', 'W/"a"', '"a", "b"', '"a",W/"b" ,, "c"', ', "a",', '""', '"a,b"'])(
  '%j is accepted',
  (text) => expect(read(text)).toBe(text),
)

it.each(['', 'junk', '"a', 'a"', '"a", b', '*, "a"', 'w/"a"'])('%j is not an ETag', (text) => {
  expect(() => read(text)).toThrow(`If-Match is ${JSON.stringify(text)}, which is not an ETag`)
})
