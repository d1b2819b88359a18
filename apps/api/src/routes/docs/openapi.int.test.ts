import { checkAnswersOf, createAnswerChecker, noteAnswer } from '@darkroom/testing'
import type { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../../../test/start-test-api.ts'
import type { OpenApiDocument } from './document.ts'

let api: TestApi
let document: OpenApiDocument

beforeAll(async () => {
  // With a token there are all routes that there can be.
  api = await startTestApi({ ADMIN_TOKEN: 'a-token-of-the-test-hard-to-guess', UPLOAD_MAX_BYTES: '3145728' })
  document = (await api.agent().get('/openapi.json')).body as OpenApiDocument
})
afterAll(() => api.stop())

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

interface Layer {
  rawPath: string | string[]
  route?: { path: string; methods: Record<string, boolean> }
  handle: { stack?: Layer[] }
}

/** An application of its own: only its entrance is documented. */
const BOARD = '/admin/queues'

/** `GET /api/v1/tasks/{id}` for each route, as Express has it. */
function routesBelow(stack: readonly Layer[], base = ''): string[] {
  return stack.flatMap(({ rawPath, route, handle }) => {
    const path = base + String(route?.path ?? rawPath).replace(/^\/$/, '')
    if (route) return METHODS.filter((method) => route.methods[method]).map((method) => toTemplate(method, path))
    return handle.stack && path !== BOARD ? routesBelow(handle.stack, path) : []
  })
}

const toTemplate = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`

/** Pages for people, and second names of the probes. */
const isPageOrAlias = (route: string): boolean =>
  / (\/docs|\/admin.*|\/api(\/v1)?\/(health|livez|readyz))?$/.test(route)

describe('the document', () => {
  it('has every API route once, and no other', () => {
    const routes = routesBelow((api.app.router as unknown as Router & { stack: Layer[] }).stack)
    const documented = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => toTemplate(method, path)),
    )
    expect(documented.toSorted()).toEqual(routes.filter((route) => !isPageOrAlias(route)).toSorted())
  })

  it('contains the limits of this installation', () => {
    const form = document.paths?.['/api/v1/tasks']?.post?.requestBody
    expect(JSON.stringify(form)).toContain('at most 3 MiB')
  })

  it('is only sent again if it has changed', async () => {
    const { headers } = await api
      .agent()
      .get('/openapi.json')
      .expect(200)
      .expect('Content-Type', 'application/json; charset=utf-8')
    const etag = headers['etag'] ?? ''
    expect(etag).toMatch(/^(W\/)?"[\w-]{27}"$/)
    await api.agent().get('/openapi.json').set('If-None-Match', etag).expect(304, '')
  })

  it('has unique names, and descriptions for everything', () => {
    const operations = Object.values(document.paths ?? {}).flatMap((methods) =>
      METHODS.flatMap((method) => methods[method as 'get'] ?? []),
    )
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    for (const { operationId, summary, responses, parameters = [], requestBody } of operations) {
      expect(summary).toMatch(/^[A-Z]/)
      const { content = {} } = (requestBody ?? {}) as { content?: Record<string, { schema: { properties?: object } }> }
      const fields = Object.values(content).flatMap(({ schema }) =>
        Object.entries(schema.properties ?? { body: schema }),
      )
      for (const [name, field] of fields)
        expect(field, `${operationId}: ${name}`).toMatchObject({ description: expect.stringMatching(/\w/) })
      for (const parameter of parameters)
        expect(parameter, operationId).toMatchObject({ description: expect.stringMatching(/\w/) })
      for (const answer of Object.values(responses ?? {}))
        expect(answer).toMatchObject({ description: expect.stringMatching(/\w/) })
    }
  })
})

describe('the page', () => {
  it('has a policy that only allows its own origin, and references no other', async () => {
    const { headers, text } = await api
      .agent()
      .get('/docs')
      .expect(200)
      .expect('Content-Type', 'text/html; charset=utf-8')
    const policy = headers['content-security-policy']
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[^']+'; /)
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
    expect(text).not.toMatch(/(https?:)?\/\/\w/)
  })

  it('has scripts that are served from here and cached forever', async () => {
    const { text } = await api.agent().get('/docs')
    const [script = ''] = /docs\/assets\/[\d.]+\/standalone\.esm\.js/.exec(text) ?? []
    const { text: source } = await api
      .agent()
      .get(`/${script}`)
      .expect(200)
      .expect('Content-Type', 'text/javascript; charset=utf-8')
      .expect('Cache-Control', 'public, max-age=31536000, immutable')
      .expect('Content-Encoding', /br|gzip/)
    expect(source).toContain('createApiReference')
    for (const path of ['/docs/assets/', `/${script}x`, '/docs/assets/../../package.json'])
      await api.agent().get(path).expect(404)
  })
})

describe('every response of every test is checked against the document', () => {
  it.each<[by: string, ask: (other: TestApi) => PromiseLike<unknown>]>([
    ['fetch', (other) => other.request('/livez')],
    ['supertest', (other) => other.agent().get('/livez')],
  ])('so that an undocumented one fails the test that received it by %s', async (_by, ask) => {
    const other = await startTestApi()
    const { '/livez': _livez, ...paths } = document.paths ?? {}
    const lacking = checkAnswersOf(other.url, createAnswerChecker({ ...document, paths }))
    await expect(ask(other)).rejects.toThrow(/GET \/livez was answered 200/)
    expect(lacking.faults()).toHaveLength(1)
    await other.stop()
  })

  it('or at the end, if nothing checks the response', async () => {
    const other = await startTestApi()
    const answer = { method: 'GET', path: '/livez', status: 418, header: () => null }
    expect(() => noteAnswer(other.url, answer)).toThrow(/418/)
    await expect(other.stop()).rejects.toThrow(/Undocumented responses:\n.*418/)
  })
})
