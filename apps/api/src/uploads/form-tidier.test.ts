import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { FormTidier } from './form-tidier.ts'

const fields = { files: ['file'], text: ['metadata'] }
/** What the tidier inserts before every form: a preamble, which parsers ignore. */
const PREAMBLE = '\r\n'

function tidy(form: string, cuts: readonly number[] = []): string {
  const tidier = new FormTidier('b', fields)
  const bytes = Buffer.from(form, 'latin1')
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  const chunks = [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
  return Buffer.concat([...chunks.map((chunk) => tidier.take(chunk)), tidier.rest()]).toString('latin1')
}

const form = (...parts: string[]): string => `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`
const file =
  'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--\r\n--a'

describe('what is left unchanged', () => {
  it.each([
    ['a form', form(file, 'Content-Disposition: form-data; name="metadata"\r\n\r\n{}')],
    [
      'a file without a type, which is the text of a field',
      form('Content-Disposition: form-data; name="file"\r\n\r\nbeach.jpg'),
    ],
    [
      'text in the field of the file',
      form('Content-Disposition: form-data; name="file"\r\nContent-Type: text/plain\r\n\r\nbeach.jpg'),
    ],
    ['another field with a filename', form('Content-Disposition: form-data; name="photo"; filename="x"\r\n\r\nx')],
    ['a part without a head', form('\r\nx')],
    ['an empty file', form('Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n')],
    ['what only begins like the boundary', `--b\r\n${file}\r\n--bee\r\n\r\nmore\r\n--b--\r\n`],
    ['what comes after the end', `${form(file)}--b  \r\nContent-Disposition: form-data; name="file"\r\n\r\n`],
    ['no form', 'hello'],
    ['a head without end', `--b\r\nContent-Disposition: ${'x'.repeat(40_000)}`],
    ['nothing', ''],
  ])('%s', (_what, given) => {
    expect(tidy(given)).toBe(PREAMBLE + given)
  })
})

it('spaces after a boundary are removed', () => {
  expect(tidy(`--b \t\r\n${file}\r\n--b  \r\n${file}\r\n--b--  \r\n`)).toBe(
    `${PREAMBLE}--b\r\n${file}\r\n--b\r\n${file}\r\n--b--  \r\n`,
  )
})

it('a file without a filename gets one', () => {
  const head = (disposition: string) => form(`Content-Type: image/jpeg\r\n${disposition}\r\n\r\n\xff\xd8`)
  const disposition = 'content-disposition: form-data; name=file'
  expect(tidy(head(disposition))).toBe(PREAMBLE + head(`${disposition}; filename="image"`))
})

it.each([
  ['application/json', 'Content-Type: application/json\r\n'],
  ['application/octet-stream', ''],
])('a text field with a filename loses it, as %s', (type, left) => {
  const given = form(
    `Content-Disposition: form-data; name="metadata"; filename="blob"\r\nContent-Type: ${type}\r\n\r\n{"a":1}`,
  )
  expect(tidy(given)).toBe(
    `${PREAMBLE}${form(`Content-Disposition: form-data; name="metadata"\r\n${left}\r\n{"a":1}`)}`,
  )
})

it('is the same however the form is split into chunks', () => {
  const given = `--b  \r\n${file}\r\n--b\r\nContent-Disposition: form-data; name="metadata"; filename="blob"\r\n\r\n{}\r\n--b\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: image/png\r\n\r\n\r\r\n-\r\n--\r\n--b--`
  const whole = tidy(given)
  fc.assert(fc.property(fc.array(fc.nat(given.length), { maxLength: 12 }), (cuts) => tidy(given, cuts) === whole))
  expect(
    tidy(
      given,
      Array.from({ length: given.length }, (_, index) => index),
    ),
  ).toBe(whole)
})

it('a chunk without a boundary is not copied', () => {
  const tidier = new FormTidier('b', fields)
  tidier.take(Buffer.from(`--b\r\n${file}`, 'latin1'))
  const piece = Buffer.alloc(64 * 1024, 'x')
  expect(tidier.take(piece)).toBe(piece)
})

/** The bytes that are read to find something in a form. */
function searchedIn(given: string): number {
  let searched = 0
  const { indexOf } = Buffer.prototype
  const spy = vi.spyOn(Buffer.prototype, 'indexOf').mockImplementation(function (this: Buffer, value, from) {
    const found = indexOf.call(this, value, from)
    searched += (found < 0 ? this.length : found) - Number(from ?? 0)
    return found
  })
  tidy(given)
  spy.mockRestore()
  return searched
}

it.each([
  ['only begin like the boundary', '\r\n--bee'],
  ['have no head', '\r\n--b'],
  ['have a head', '\r\n--b\r\na: b\r\n\r\n'],
])('a form is searched in proportion to its size if its delimiters %s', (_what, delimiter) => {
  const given = delimiter.repeat(8 * 1024)
  expect(searchedIn(given)).toBeLessThan(4 * given.length)
})
