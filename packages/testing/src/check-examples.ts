import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { ApiDocument } from './answer-checker.ts'

type Json = Record<string, unknown>

/** An object of the document, and the JSON pointer to it. */
interface Place {
  at: string
  object: Json
}

interface Example {
  at: string
  value: unknown
  schemaAt: string
}

const KEY = 'openapi'

/** The content of these is data, not part of the structure of the document. */
const DATA = ['example', 'examples', 'default', 'const', 'enum']

/**
 * Validates every example of a document against its schema. `faults` are the invalid ones,
 * `without` the pointers to bodies without examples. Pictures and videos need none, nor do forms,
 * whose fields have their own.
 */
export function checkExamples(document: ApiDocument): { count: number; faults: string[]; without: string[] } {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document as object, KEY, undefined, false)

  const wrongWith = ({ at, value, schemaAt }: Example): string[] => {
    const validate = ajv.compile({ $ref: `${KEY}#${schemaAt.split('/').map(encodeURIComponent).join('/')}` })
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${at}${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }

  const places = [...placesIn(document)]
  const examples = places.flatMap((place) => examplesAt(place, document))
  const bodies = places.filter(({ at }) =>
    /\/content\/(?!image|video|multipart|application~1(?:zip|(?:offset\+)?octet-stream))[^/]+$/.test(at),
  )
  return {
    count: examples.length,
    faults: examples.flatMap(wrongWith),
    without: bodies.filter((body) => examplesAt(body, document).length === 0).map(({ at }) => at),
  }
}

function* placesIn(value: unknown, at = ''): Generator<Place> {
  if (typeof value !== 'object' || value === null) return
  yield { at, object: value as Json }
  for (const [name, inner] of Object.entries(value)) {
    // Examples below `components` are stored by name, for references.
    if (!DATA.includes(name) && at !== '/components/examples') yield* placesIn(inner, `${at}/${escaped(name)}`)
  }
}

/**
 * A schema has a list of examples; other objects with a schema have one, or several with names,
 * which may be references.
 */
function examplesAt({ at, object }: Place, document: ApiDocument): Example[] {
  if (at === '/components') return []
  const { schema, example, examples = {} } = object
  const schemaAt = schema === undefined ? at : `${at}/schema`
  const toExample = ([name, given]: [string, unknown]): Example => {
    const named = `${at}/examples/${escaped(name)}`
    return { at: named, value: Array.isArray(examples) ? given : valueOf(given as NamedExample, document), schemaAt }
  }
  const single = example === undefined ? [] : [{ at: `${at}/example`, value: example, schemaAt }]
  return [...single, ...Object.entries(examples as Json).map(toExample)]
}

interface NamedExample {
  $ref?: string
  value?: unknown
}

function valueOf({ $ref, value }: NamedExample, document: ApiDocument): unknown {
  if ($ref === undefined) return value
  const { examples = {} } = (document.components ?? {}) as { examples?: Record<string, NamedExample> }
  return examples[$ref.replace('#/components/examples/', '')]?.value
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
