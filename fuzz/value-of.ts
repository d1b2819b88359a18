import fc, { type Arbitrary } from 'fast-check'

/** The subset of JSON Schema that the document uses. */
export interface Schema {
  $ref?: string
  const?: unknown
  enum?: readonly unknown[]
  anyOf?: readonly Schema[]
  deprecated?: boolean
  oneOf?: readonly Schema[]
  allOf?: readonly Schema[]
  type?: string | readonly string[]
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: Schema
  minItems?: number
  maxItems?: number
  properties?: Record<string, Schema>
  required?: readonly string[]
  additionalProperties?: boolean | Schema
}

const MAX_ITEMS = 5

/** A random value that a schema allows. `resolve` looks up the target of a `$ref`. */
export function valueOf(schema: Schema, resolve: (reference: string) => Schema): Arbitrary<unknown> {
  const inner = (part: Schema): Arbitrary<unknown> => valueOf(part, resolve)
  if (schema.$ref !== undefined) return inner(resolve(schema.$ref))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const either = schema.anyOf ?? schema.oneOf
  if (either && !schema.properties) return fc.oneof(...either.map(inner))
  if (schema.allOf) return inner(Object.assign({}, ...schema.allOf) as Schema)
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => inner({ ...schema, type })))
  switch (schema.type) {
    case 'string':
      return textOf(schema)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -0x80000000, max: schema.maximum ?? 0x7fffffff })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(inner(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? MAX_ITEMS, MAX_ITEMS),
      })
    case 'object':
      return objectOf(schema, inner)
    default:
      return fc.jsonValue()
  }
}

function textOf({ format, pattern, minLength = 0, maxLength = 100 }: Schema): Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  if (format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString())
  return fc
    .string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 300)) })
    .filter((text) => text.length <= maxLength)
}

/** With all required members; if one of several groups is required, with one of them. */
function objectOf(schema: Schema, inner: (part: Schema) => Arbitrary<unknown>): Arbitrary<object> {
  const { properties = {}, required = [], additionalProperties } = schema
  const known = Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, inner(property)]))
  const groups = (schema.oneOf ?? schema.anyOf ?? [{}]).map((group) => group.required ?? [])
  const free =
    additionalProperties && !schema.properties
      ? fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: MAX_ITEMS })
      : fc.constant({})
  const exclusive = new Set(groups.flat())
  const some = fc.constantFrom(...groups).chain((group) => {
    const names = Object.keys(known).filter((name) => !exclusive.has(name) || group.includes(name))
    const model = Object.fromEntries(names.map((name) => [name, known[name] as Arbitrary<unknown>]))
    return fc.record(model, { requiredKeys: [...required, ...group] })
  })
  return fc.tuple(some, free).map(([one, other]) => ({ ...other, ...one }))
}
