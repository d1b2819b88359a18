import fc, { type Arbitrary } from 'fast-check'
import { escaped, type Draft } from './draft.ts'

/** Replacement values in a request. */
type Twist = (draft: Draft) => Partial<Draft>

const HOSTILE = [
  ...['', '0', '-1', '1e999', 'null', '*', '\0', '%', '%00', '%2e%2e%2f', '\u202e', '🙂', 'a'.repeat(3000)],
  ...["' OR 1=1 --", '{"$gt":""}', '../../etc/passwd', '__proto__', '[object Object]', 'bytes=0-0', 'bytes=9-1'],
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
const HEADERS = [
  ...['accept', 'accept-encoding', 'content-encoding', 'content-type', 'expect', 'range', 'x-forwarded-for'],
  ...['if-match', 'if-none-match', 'if-range', 'idempotency-key', 'last-event-id'],
  ...['authorization', 'cookie', 'origin', 'sec-fetch-site'],
]
const BODIES = [
  ...['', '{', '[]', 'null', '"x"', '{"__proto__":{"x":1}}', `{"a":${'['.repeat(5000)}`],
  ...['--x\r\n\r\n', '--x\r\nContent-Disposition: form-data; name="a[b][c]"\r\n\r\n\r\n--x--', 'x'.repeat(120_000)],
]

const anyText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 50 }))
const anyHeader = fc.constantFrom(...HEADERS)
const place = fc.nat()

/** A mutation that makes a request violate the document. */
export function anyTwist(): Arbitrary<Twist> {
  return fc.oneof(inQuery(), inHead(), inBody())
}

function inQuery(): Arbitrary<Twist> {
  return fc.oneof(
    fc.tuple(anyText, anyText).map(([name, value]): Twist => ({ query }) => ({ query: [...query, [name, value]] })),
    fc.tuple(place, anyText).map(([at, value]): Twist => ({ query }) => ({
      query: replaced(query, at, ([name]) => [name, value]),
    })),
    place.map((at): Twist => ({ query }) => ({ query: [...query, ...query.slice(at % (query.length + 1))] })),
  )
}

function inHead(): Arbitrary<Twist> {
  return fc.oneof(
    fc.constantFrom(...METHODS).map((method): Twist => () => ({ method })),
    fc.tuple(place, anyText).map(([at, text]): Twist => ({ segments }) => ({
      segments: replaced(segments, at, (old) => (old === '' ? old : escaped(text))),
    })),
    fc.tuple(anyHeader, anyText).map(([name, text]): Twist => ({ headers }) => ({
      headers: { ...headers, [name]: text },
    })),
  )
}

function inBody(): Arbitrary<Twist> {
  return fc.oneof(
    fc.constantFrom(...BODIES).map((text): Twist => () => ({ body: Buffer.from(text) })),
    fc.tuple(place, fc.string(), fc.jsonValue()).map(([at, name, value]): Twist => ({ body }) => ({
      body: withMember(body, at, name, value),
    })),
    place.map((at): Twist => ({ body }) => ({ body: body?.subarray(0, at % (body.length + 1)) })),
    fc.constant((): Partial<Draft> => ({ body: undefined })),
  )
}

/** A JSON body with a changed or an additional member. */
function withMember(body: Buffer | undefined, at: number, name: string, value: unknown): Buffer | undefined {
  try {
    const given = JSON.parse(String(body)) as object
    const names = [...Object.keys(given), name]
    return Buffer.from(JSON.stringify({ ...given, [names[at % names.length] ?? name]: value }))
  } catch {
    return body
  }
}

const replaced = <T>(items: readonly T[], at: number, by: (item: T) => T): T[] =>
  items.map((item, index) => (index === at % items.length ? by(item) : item))
