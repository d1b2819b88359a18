import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** The parts of an OpenAPI 3.1 document that are checked. */
export interface ApiDocument {
  paths?: object
  components?: object
}

/** A response with its request. Without a method and path the request could not be parsed. */
export interface CheckedAnswer {
  method?: string | undefined
  /** With or without its query. */
  path?: string | undefined
  status: number
  header: (name: string) => string | null | undefined
  /** undefined if it was not read. */
  body?: string | undefined
}

/** The undocumented parts of a response; empty if everything is fine. */
export type CheckAnswer = (answer: CheckedAnswer) => string[]

interface Documented {
  headers?: Record<string, { $ref: string }>
  content?: Record<string, { schema?: { format?: string } }>
}
interface Found {
  template: string
  method: string
  responses: Record<string, Documented>
}

const KEY = 'openapi'
/** Responses that are allowed without documentation, and to invalid requests. */
const ANYWHERE = [
  ...['INVALID_REQUEST', 'ROUTE_NOT_FOUND', 'REQUEST_TIMEOUT', 'EXPECTATION_FAILED', 'HEADERS_TOO_LARGE'],
  ...['HOST_NOT_ALLOWED', 'CROSS_SITE_REQUEST'],
]

/** Responses that may precede any other. */
const REFUSALS = ['KEY_REQUIRED', 'CROSS_SITE_REQUEST', 'TOO_MANY_TRIES']

/** HTML pages, and aliases of documented paths. */
const FOREIGN = [
  ...['/admin', '/docs', '/api/health', '/api/livez', '/api/readyz'],
  ...['/api/v1/health', '/api/v1/livez', '/api/v1/readyz'],
]

/**
 * Checks responses against a document: status, headers, content type, body. `foreign` are paths
 * that are not part of it.
 */
export function createAnswerChecker(
  document: ApiDocument,
  { foreign = FOREIGN }: { foreign?: readonly string[] } = {},
): CheckAnswer {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document as object, KEY, undefined, false)
  const validators = new Map<string, ValidateFunction>()
  const find = pathFinder(document)

  const wrongWith = (pointer: string, body: string | undefined): string[] => {
    if (body === undefined) return []
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: `${KEY}#${pointer}` })
    validators.set(pointer, validate)
    if (validate(JSON.parse(body))) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }

  const checkProblem = ({ status, header, body }: CheckedAnswer, codes: readonly string[]): string[] => {
    if (typeOf(header('content-type')) !== 'application/problem+json') return [`${status} is not a problem document`]
    if (body === undefined || body === '') return []
    const { code } = JSON.parse(body) as { code: string }
    return [
      ...wrongWith('/components/schemas/Problem', body),
      ...(codes.includes(code) ? [] : [`${status} ${code} is not documented`]),
    ]
  }

  const checkHeaders = (documented: Documented, answer: CheckedAnswer): string[] =>
    Object.entries(documented.headers ?? {}).flatMap(([name, { $ref }]) => {
      const { required } = pointed(document, $ref) as { required?: boolean }
      return required && !answer.header(name) ? [`the header ${name} is missing`] : []
    })

  const checkContent = ({ template, method }: Found, documented: Documented, answer: CheckedAnswer): string[] => {
    const type = typeOf(answer.header('content-type'))
    if (!documented.content) return answer.body ? [`there is an undocumented body`] : []
    if (!(type in documented.content)) return [`the type "${type}" is not documented`]
    // A file is anything, or a part of it, even if it is JSON.
    const isFile = documented.content[type]?.schema?.format === 'binary'
    if (isFile || !type.endsWith('json') || answer.method === 'HEAD') return []
    const place = ['paths', template, method, 'responses', String(answer.status), 'content', type, 'schema']
    return wrongWith(
      place.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join(''),
      answer.body,
    )
  }

  const check = (answer: CheckedAnswer): string[] => {
    const { method, path = '', status } = answer
    if (/^\/(\?|$)/.test(path) || foreign.some((prefix) => path.startsWith(prefix))) return []
    // Documented, because it can happen; but its cause is always a bug.
    if (status === 500) return [`a server error: ${answer.body}`]
    if (method === undefined) return status < 400 ? [] : checkProblem(answer, ANYWHERE)
    const found = find(method, path)
    if (!found) return checkProblem(answer, ANYWHERE)
    if (found === 'other method') {
      // Unauthorized clients do not learn which methods exist, either.
      if (status === 401 || status === 403 || status === 429) return checkProblem(answer, REFUSALS)
      if (method === 'OPTIONS') return status === 204 && answer.header('allow') ? [] : checkProblem(answer, ANYWHERE)
      if (status === 405 && !answer.header('allow')) return ['the header Allow is missing']
      return checkProblem(answer, [...ANYWHERE, 'METHOD_NOT_ALLOWED'])
    }
    const documented = found.responses[status]
    if (!documented) return [`the status is not documented`]
    return [...checkHeaders(documented, answer), ...checkContent(found, documented, answer)]
  }
  return (answer) =>
    check(answer).map(
      (fault) => `${answer.method ?? 'a request'} ${answer.path ?? ''} was answered ${answer.status}: ${fault}`,
    )
}

/** Finds the operation of a request; literal path segments take precedence over parameters. */
function pathFinder({ paths = {} }: ApiDocument): (method: string, path: string) => Found | 'other method' | undefined {
  const patterns = Object.entries(paths as Record<string, Record<string, unknown>>)
    .toSorted(([a], [b]) => a.split('{').length - b.split('{').length)
    .map(([template, methods]) => ({
      template,
      methods,
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
    }))
  return (method, path) => {
    const [bare = ''] = path.split(/[?#]/)
    const found = patterns.find(({ pattern }) => pattern.test(bare))
    if (!found) return undefined
    const asked = method === 'HEAD' ? 'get' : method.toLowerCase()
    const operation = found.methods[asked] as { responses: Record<string, Documented> } | undefined
    return operation ? { template: found.template, method: asked, responses: operation.responses } : 'other method'
  }
}

const typeOf = (header: string | null | undefined): string =>
  (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

const pointed = (document: ApiDocument, reference: string): unknown =>
  reference
    .slice('#/'.length)
    .split('/')
    .reduce((value: unknown, part) => (value as Record<string, unknown>)[part], document)
