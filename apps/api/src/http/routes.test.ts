import { expect, it } from 'vitest'
import { noContent } from './openapi/operation.ts'
import { routesOf } from './routes.ts'

const things = routesOf<unknown, { most: number }>('Things', {
  'GET /things/:id/parts': {
    scope: 'tasks:read',
    doc: ({ most }) => ({
      operationId: 'listParts',
      summary: `List ${most} parts`,
      answers: { 204: noContent('None') },
    }),
    handle: () => (_req, res) => void res.sendStatus(204),
  },
  'DELETE /things/:id/parts': {
    scope: 'keys:admin',
    doc: { operationId: 'deleteParts', summary: 'Delete all parts', answers: { 204: noContent('Deleted') } },
    handle: () => [(_req, res) => void res.sendStatus(204)],
  },
})

it('documents a path in OpenAPI syntax, including its mount point, with all its methods', () => {
  const paths = things.paths('/api/v1', { most: 3 })
  expect(Object.keys(paths)).toEqual(['/api/v1/things/{id}/parts'])
  expect(paths['/api/v1/things/{id}/parts']).toMatchObject({
    get: { operationId: 'listParts', tags: ['Things'], summary: 'List 3 parts' },
    delete: { operationId: 'deleteParts', tags: ['Things'], summary: 'Delete all parts' },
  })
})

it('the router has the same paths and methods as the document', () => {
  const { stack } = things.router({ authorize: () => [] })
  expect(stack.map(({ route }) => route?.path)).toEqual(['/things/:id/parts'])
  const [layer] = stack
  const route = layer?.route as { methods: Record<string, boolean> } | undefined
  expect(Object.keys(route?.methods ?? {}).filter((method) => method !== '_all')).toEqual(['get', 'delete'])
})

it('a route with a scope names it, and what is answered without it', () => {
  const { get, delete: remove } = things.paths('', { most: 3 })['/things/{id}/parts'] ?? {}
  expect(get?.security).toEqual([{ apiKey: ['tasks:read'] }, { session: [] }, {}])
  expect(remove?.security).toEqual([{ apiKey: ['keys:admin'] }, { session: [] }])
  expect(get?.problems).toEqual([
    'KEY_REQUIRED',
    'SCOPE_MISSING',
    'TOO_MANY_TRIES',
    'ISSUER_UNAVAILABLE',
    'STORE_UNAVAILABLE',
  ])
})
