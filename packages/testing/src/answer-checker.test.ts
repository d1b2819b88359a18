import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type Server } from 'node:http'
import { createAnswerChecker, type CheckedAnswer } from './answer-checker.ts'
import { checkAnswersOf, noteAnswer } from './check-answers.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const check = createAnswerChecker(
  {
    paths: {
      '/photos': {
        get: { responses: { 200: json({ type: 'array', items: { $ref: '#/components/schemas/Photo' } }) } },
        post: {
          responses: {
            201: { headers: { Location: { $ref: '#/components/headers/Location' } }, ...json({}) },
            204: {},
          },
        },
      },
      '/photos/{id}': { get: { responses: { 200: json({ $ref: '#/components/schemas/Photo' }) } } },
      '/report': { get: { responses: { 206: json({ type: 'string', format: 'binary' }) } } },
      '/photos/new': { get: { responses: { 200: { content: { 'text/html': {} } } } } },
    },
    components: {
      headers: { Location: { required: true } },
      schemas: {
        Photo: {
          type: 'object',
          properties: { id: { type: 'string' } },
          required: ['id'],
          additionalProperties: false,
        },
        Problem: {
          type: 'object',
          properties: { status: { type: 'integer' }, code: { type: 'string' } },
          additionalProperties: false,
        },
      },
    },
  },
  { foreign: ['/board/'] },
)

const answer = ({
  headers = {},
  ...given
}: Partial<CheckedAnswer> & { headers?: Record<string, string> }): CheckedAnswer => ({
  method: 'GET',
  path: '/photos',
  status: 200,
  header: (name) => headers[name.toLowerCase()],
  ...given,
})
const ofJson = (body: unknown, given: Partial<CheckedAnswer> = {}, headers: Record<string, string> = {}) =>
  answer({
    ...given,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  })
const ofProblem = (
  status: number,
  code: string,
  given: Partial<CheckedAnswer> = {},
  headers: Record<string, string> = {},
) => ofJson({ status, code }, { status, ...given }, { 'content-type': 'application/problem+json', ...headers })

describe('an answer as documented', () => {
  it.each<[string, CheckedAnswer]>([
    ['a body', ofJson([{ id: 'a' }])],
    ['a query', ofJson([], { path: '/photos?page=1' })],
    ['a trailing slash', ofJson([], { path: '/photos/' })],
    ['a parameter', ofJson({ id: 'a' }, { path: '/photos/a' })],
    [
      'a literal segment that would match a parameter',
      answer({ path: '/photos/new', headers: { 'content-type': 'text/html' }, body: '<p>' }),
    ],
    [
      'a part of a JSON file',
      answer({ path: '/report', status: 206, headers: { 'content-type': 'application/json' }, body: '{' }),
    ],
    ['a header', ofJson({}, { method: 'POST', status: 201 }, { location: '/photos/a' })],
    ['no body', answer({ method: 'POST', status: 204, body: '' })],
    ['HEAD', answer({ method: 'HEAD', headers: { 'content-type': 'application/json' }, body: '' })],
    ['a method that is not supported', ofProblem(405, 'METHOD_NOT_ALLOWED', { method: 'PUT' }, { allow: 'GET' })],
    ['OPTIONS', answer({ method: 'OPTIONS', status: 204, headers: { allow: 'GET' } })],
    ['an unknown path', ofProblem(404, 'ROUTE_NOT_FOUND', { path: '/nowhere' })],
    ['an invalid request', ofProblem(400, 'INVALID_REQUEST', { method: undefined })],
    ['the front page', answer({ path: '/', status: 303 })],
    ['the front page with a query', answer({ path: '/?from=mail', status: 303 })],
    ['a foreign path', answer({ path: '/board/x', status: 418 })],
  ])('%s', (_what, given) => {
    expect(check(given)).toEqual([])
  })
})

describe('an undocumented response', () => {
  it.each<[string, CheckedAnswer, RegExp]>([
    ['a status', ofJson([], { status: 202 }), /status is not documented/],
    ['a type', answer({ headers: { 'content-type': 'text/html' } }), /"text\/html" is not documented/],
    ['an additional member', ofJson([{ id: 'a', size: 1 }]), /additional properties/],
    ['a missing member', ofJson([{}]), /required property 'id'/],
    ['a type of a member', ofJson([{ id: 1 }]), /\/0\/id must be string/],
    ['a missing header', ofJson({}, { method: 'POST', status: 201 }), /header Location is missing/],
    ['an unexpected body', answer({ method: 'POST', status: 204, body: 'x' }), /undocumented body/],
    [
      'another refusal of a method',
      ofProblem(404, 'TASK_NOT_FOUND', { method: 'PUT' }),
      /TASK_NOT_FOUND is not documented/,
    ],
    [
      'a 405 without the supported methods',
      ofProblem(405, 'METHOD_NOT_ALLOWED', { method: 'PUT' }),
      /header Allow is missing/,
    ],
    ['a response at an unknown path', ofJson({}, { path: '/nowhere' }), /is not a problem document/],
    ['a server error', ofProblem(500, 'INTERNAL'), /a server error/],
  ])('%s', (_what, given, fault) => {
    expect(check(given).join()).toMatch(fault)
  })
})

describe('the caller', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  it('of fetch gets an error immediately, and all errors are reported at the end', async () => {
    server = createServer((req, res) =>
      res.writeHead(req.url === '/photos' ? 202 : 200, { 'content-type': 'text/html' }).end(),
    )
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const origin = `http://127.0.0.1:${port}`
    const watched = checkAnswersOf(origin, check)
    expect((await fetch(`${origin}/photos/new`)).status).toBe(200)
    await expect(fetch(`${origin}/photos`)).rejects.toThrow(/status is not documented/)
    expect(() => noteAnswer(origin, answer({ status: 418 }))).toThrow(/418/)
    expect(watched.faults()).toHaveLength(2)
    expect((await fetch(`${origin}/photos`)).status).toBe(202)
  })
})
