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
  document = (await api.request('/openapi.json')).body as OpenApiDocument
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

const toTemplate = (method: string, path: string): string => `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`

/** Pages for people, and second names of the probes. */
const isPageOrAlias = (route: string): boolean => / (\/docs|\/admin.*|\/api(\/v1)?\/(health|livez|readyz))?$/.test(route)

describe('the document', () => {
  it('has every route for programs once, and no other', () => {
    const routes = routesBelow((api.app.router as unknown as Router & { stack: Layer[] }).stack)
    const documented = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => toTemplate(method, path)),
    )
    expect(documented.toSorted()).toEqual(routes.filter((route) => !isPageOrAlias(route)).toSorted())
  })

  it('says what this installation takes', () => {
    const form = document.paths?.['/api/v1/tasks']?.post?.requestBody
    expect(JSON.stringify(form)).toContain('at most 3 MiB')
  })

  it('is sent again only when it is another one', async () => {
    const { status, headers } = await api.request('/openapi.json')
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    const etag = headers.get('etag') ?? ''
    expect(etag).toMatch(/^(W\/)?"[\w-]{27}"$/)
    const known = await api.request('/openapi.json', { headers: { 'if-none-match': etag } })
    expect([known.status, known.text]).toEqual([304, ''])
  })

  it('has names that are used once, and words for everything', () => {
    const operations = Object.values(document.paths ?? {}).flatMap((methods) => METHODS.flatMap((method) => methods[method as 'get'] ?? []))
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    for (const { summary, responses } of operations) {
      expect(summary).toMatch(/^[A-Z]/)
      for (const answer of Object.values(responses ?? {})) expect(answer).toMatchObject({ description: expect.stringMatching(/\w/) })
    }
  })
})

describe('the page', () => {
  it('comes with a policy that lets it load from here only, and names nothing that lies elsewhere', async () => {
    const { status, headers, text } = await api.request('/docs')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[^']+'; /)
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
    expect(text).not.toMatch(/(https?:)?\/\/\w/)
  })

  it('has scripts that are served from here and kept for ever', async () => {
    const { text } = await api.request('/docs')
    const [script = ''] = /docs\/assets\/[\d.]+\/standalone\.esm\.js/.exec(text) ?? []
    const { status, headers, text: source } = await api.request(`/${script}`)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('content-encoding')).toMatch(/br|gzip/)
    expect(source).toContain('createApiReference')
    for (const path of ['/docs/assets/', `/${script}x`, '/docs/assets/../../package.json'])
      expect((await api.request(path)).status).toBe(404)
  })
})

describe('every answer of every test is held against the document', () => {
  it('so that one which it does not know fails the test that got it', async () => {
    const other = await startTestApi()
    const { '/livez': _livez, ...paths } = document.paths ?? {}
    const lacking = checkAnswersOf(other.url, createAnswerChecker({ ...document, paths }))
    await expect(other.request('/livez')).rejects.toThrow(/GET \/livez was answered 200/)
    expect(lacking.faults()).toHaveLength(1)
    await other.stop()
  })

  it('or the end of all, where nobody looked', async () => {
    const other = await startTestApi()
    const answer = { method: 'GET', path: '/livez', status: 418, header: () => null }
    expect(() => noteAnswer(other.url, answer)).toThrow(/418/)
    await expect(other.stop()).rejects.toThrow(/document does not know:\n.*418/)
  })
})
