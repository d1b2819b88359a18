import fc, { type Arbitrary } from 'fast-check'
import { multipart, type Part } from '../apps/api/test/multipart.ts'
import { escaped, type Draft } from './draft.ts'
import type { Operation, Parameter } from './operations.ts'
import { valueOf, type Schema } from './value-of.ts'

/** The inputs for requests in addition to the document. */
export interface Ingredients {
  resolve: (reference: string) => Schema
  /**
   * Names that the API has returned. They are chosen when the request is sent, because there are
   * more and more of them.
   */
  known: (choice: number, path: string) => string | undefined
  /** Files to upload: a valid photo first, then others, and some that only look like one. */
  files: readonly Buffer[]
  adminToken: string
}

/** A valid request according to the document. */
export function goodRequest(operation: Operation, from: Ingredients): Arbitrary<() => Draft> {
  const { method, path, parameters, types } = operation
  const parts = fc.record({
    segments: fc.tuple(...path.split('/').map((segment) => anySegment(segment, path, from))),
    query: anyOf(parameters, 'query', from),
    given: anyOf(parameters, 'header', from),
    accept: fc.constantFrom('*/*', ...types),
    identity: anyIdentity(operation, from),
    body: anyBody(operation, from),
  })
  return parts.map(({ segments, query, given, accept, identity, body }) => () => ({
    method,
    segments: segments.map((segment) => segment()),
    query,
    headers: { accept, ...Object.fromEntries(given), ...identity, ...body.headers },
    body: body.bytes,
  }))
}

/** For a path parameter, usually the name of something that exists. */
function anySegment(segment: string, path: string, { known }: Ingredients): Arbitrary<() => string> {
  if (!segment.startsWith('{')) return fc.constant(() => segment)
  const other = fc.oneof(fc.stringMatching(/^[0-9a-f]{24}$/), fc.string({ minLength: 1 }))
  return fc.oneof(
    { weight: 3, arbitrary: fc.nat().map((choice) => () => escaped(known(choice, path) ?? 'none')) },
    { weight: 1, arbitrary: other.map((text) => () => escaped(text)) },
  )
}

function anyOf(
  parameters: readonly Parameter[],
  place: Parameter['in'],
  { resolve }: Ingredients,
): Arbitrary<[string, string][]> {
  const wanted = parameters.filter((parameter) => parameter.in === place)
  const model = wanted.map(({ name, schema }) => [name, valueOf(name === 'wait' ? SHORT_WAIT : schema, resolve)])
  const some = fc.record(Object.fromEntries(model) as Record<string, Arbitrary<unknown>>, { requiredKeys: [] })
  // Often no parameters: many together may be contradictory.
  return fc
    .oneof(fc.constant({}), some)
    .map((values) => Object.entries(values).map(([name, value]) => [name, asText(value)]))
}

/** A longer wait would only delay the others. */
const SHORT_WAIT: Schema = { type: 'integer', minimum: 0, maximum: 1 }

function anyIdentity({ isGuarded }: Operation, { adminToken }: Ingredients): Arbitrary<Record<string, string>> {
  if (!isGuarded) return fc.constant({})
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({ authorization: `Bearer ${adminToken}` }) },
    { weight: 1, arbitrary: fc.constant({}) },
  )
}

interface Body {
  bytes: Buffer | undefined
  headers: Record<string, string>
}

function anyBody({ body }: Operation, from: Ingredients): Arbitrary<Body> {
  if (!body) return fc.constant({ bytes: undefined, headers: {} })
  return fc.constantFrom(...Object.entries(body)).chain(([type, { schema }]) => {
    if (type === 'multipart/form-data')
      return fc.constantFrom(...(schema.anyOf ?? [schema])).chain((form) => anyForm(form, from))
    if (/^image|octet-stream$/.test(type))
      return fc.constantFrom(...from.files).map((bytes) => ({
        bytes,
        headers: { 'content-type': type.replace('*', 'jpeg') },
      }))
    const encode = type === 'application/json' ? JSON.stringify : toQuery
    return valueOf(schema, from.resolve).map((value) => ({
      bytes: Buffer.from(encode(value)),
      headers: { 'content-type': type },
    }))
  })
}

const toQuery = (value: unknown): string =>
  Object.entries(value as object)
    .map(([name, one]) => `${escaped(name)}=${escaped(asText(one))}`)
    .join('&')

function anyForm(schema: Schema, { resolve, files }: Ingredients): Arbitrary<Body> {
  const good = { weight: 3, arbitrary: fc.constant(files[0]) }
  const anyFile = fc.oneof(good, { weight: 1, arbitrary: fc.constantFrom(...files) })
  return fc
    .tuple(valueOf(schema, resolve), fc.array(anyFile, { minLength: 5, maxLength: 5 }), fc.boolean())
    .map(([value, chosen, isBare]) => {
      const parts = Object.entries(value as object).flatMap(([name, given]): Part[] => {
        if (schema.properties?.[name]?.deprecated) return []
        // Often no more than is required: many optional fields together may be contradictory.
        if (isBare && schema.required?.includes(name) === false) return []
        if (!isFile(schema.properties?.[name])) return [{ name, value: asText(given) }]
        return [given].flat().map((filename, index) => filePart(name, String(filename), chosen[index]))
      })
      const { body: bytes, contentType } = multipart(parts)
      return { bytes, headers: { 'content-type': contentType } }
    })
}

const isFile = (schema: Schema = {}): boolean => (schema.items ?? schema).format === 'binary'

const filePart = (name: string, filename: string, value: Buffer = Buffer.alloc(0)): Part => ({
  name,
  value,
  filename: filename.replaceAll(/["\r\n]/g, '') || 'photo.jpg',
  type: 'image/jpeg',
})

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
