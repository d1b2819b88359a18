import { z } from 'zod'
import { linesOf, type Row } from './row.ts'
import { html } from './shapes.ts'

const description = z.looseObject({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string().startsWith('/'), z.looseObject({})),
})

const read = linesOf('GET /openapi.json')
const page = linesOf('GET /docs')
const assets = linesOf('USE /docs/assets/:version')

/** The API's own documentation. */
export const docsRows: Row[] = [
  read('200', 'the OpenAPI document', ({ main }) => main.request('/openapi.json'), {
    body: description,
    headers: { 'content-type': /^application\/json/, etag: /^"[\w-]+"$/ },
  }),
  page('200', 'the documentation page', ({ main }) => main.request('/docs'), {
    body: html,
    headers: { 'content-security-policy': /default-src/ },
  }),
  linesOf('GET /')('303', 'a redirect to the page', ({ main }) => main.request('/'), {
    body: 'nothing',
    headers: { location: /^\/docs$/ },
  }),
  assets(
    '200',
    'a script of the page',
    async ({ main }) => main.request(scriptOf((await main.request('/docs')).text)),
    {
      body: 'bytes',
      headers: { 'content-type': /javascript/ },
    },
  ),
  assets('404 ROUTE_NOT_FOUND', 'an unknown file', ({ main }) => main.request('/docs/assets/none.js')),
]

function scriptOf(text: string): string {
  const [, script] = /from '\.(\/docs\/assets\/[^']+)'/.exec(text) ?? []
  if (script === undefined) throw new Error('The page loads no script')
  return script
}
