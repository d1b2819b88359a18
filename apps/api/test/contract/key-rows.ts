import { z } from 'zod'
import { linesOf, sendJson, type Row } from './row.ts'
import { html } from './shapes.ts'
import { ADMIN_TOKEN, type World } from './world.ts'

const operator = { authorization: `Bearer ${ADMIN_TOKEN}` }
const asJson = { 'content-type': 'application/json', ...operator }
const UNKNOWN = `/api/v1/keys/${'0'.repeat(16)}`

const fields = {
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string(),
  tenant: z.literal('default'),
  scopes: z.array(z.enum(['tasks:read', 'tasks:write', 'queues:read', 'queues:admin', 'keys:admin'])).min(1),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
}
const list = z.strictObject({ items: z.array(z.strictObject(fields)) })
const audit = z.strictObject({
  items: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[0-9a-f]{24}$/),
        at: z.iso.datetime(),
        tenant: z.literal('default'),
        keyId: z.null(),
        address: z.literal('127.0.0.1'),
        action: z.literal('POST /api/v1/keys'),
        path: z.literal('/api/v1/keys'),
        request: z.strictObject({ name: z.literal('a key') }).nullable(),
        result: z.strictObject({ keyId: z.string() }).nullable(),
        status: z.literal(201).nullable(),
      }),
    )
    .length(1),
  nextCursor: z.string().nullable(),
})
const created = z.strictObject({ ...fields, key: z.string().regex(/^drk_[0-9a-f]{16}_[\w-]{43}$/) })

const uploadToken = z.strictObject({
  token: z.string().regex(/^dru_[\w-]{43}$/),
  kind: z.string().nullable(),
  maxBytes: z.number().nullable(),
  uploads: z.number().min(1),
  origin: z.string().nullable(),
  expiresAt: z.iso.datetime(),
})

const create = ({ main }: World, body: unknown) =>
  main.request('/api/v1/keys', { method: 'POST', ...sendJson(body, asJson) })
const newKey = async (world: World, more: object = {}): Promise<{ id: string; key: string }> =>
  (await create(world, { name: 'a key', ...more })).body as { id: string; key: string }

export const keyRows: Row[] = [
  ...(() => {
    const line = linesOf('GET /api/v1/keys')
    const ask = ({ main }: World, query = '', headers: Record<string, string> = operator) =>
      main.request(`/api/v1/keys${query}`, { headers })
    return [
      line('200', 'the keys of the tenant', (world) => ask(world), { body: list }),
      line('400 INVALID_QUERY', 'an unknown parameter', (world) => ask(world, '?name=a')),
      line('401 KEY_REQUIRED', 'without a key', (world) => ask(world, '', {}), {
        headers: { 'www-authenticate': /^Bearer realm="darkroom"$/ },
      }),
      line('403 SCOPE_MISSING', 'with a key that cannot manage keys', async (world) =>
        ask(world, '', { authorization: `Bearer ${(await newKey(world)).key}` }),
      ),
    ]
  })(),
  ...(() => {
    const line = linesOf('POST /api/v1/keys')
    return [
      line('201', 'a new key', (world) => create(world, { name: 'shop', expiresInSeconds: 60 }), { body: created }),
      line('422 INVALID_FIELD', 'an unknown scope', (world) => create(world, { name: 'shop', scopes: ['all'] })),
    ]
  })(),
  ...(() => {
    const line = linesOf('POST /api/v1/keys/:id/rotate')
    const rotate = ({ main }: World, path: string) =>
      main.request(`${path}/rotate`, { method: 'POST', ...sendJson({}, asJson) })
    return [
      line('201', 'its successor', async (world) => rotate(world, `/api/v1/keys/${(await newKey(world)).id}`), {
        body: created,
      }),
      line('404 KEY_NOT_FOUND', 'an unknown id', (world) => rotate(world, UNKNOWN)),
      line('409 KEY_ENDED', 'a revoked key', async (world) => {
        const path = `/api/v1/keys/${(await newKey(world)).id}`
        await world.main.request(path, { method: 'DELETE', headers: operator })
        return rotate(world, path)
      }),
    ]
  })(),
  ...(() => {
    const line = linesOf('DELETE /api/v1/keys/:id')
    const revoke = ({ main }: World, path: string) => main.request(path, { method: 'DELETE', headers: operator })
    return [
      line('204', 'a key', async (world) => revoke(world, `/api/v1/keys/${(await newKey(world)).id}`), {
        body: 'nothing',
      }),
      line('404 KEY_NOT_FOUND', 'an unknown id', (world) => revoke(world, UNKNOWN)),
    ]
  })(),
  ...(() => {
    const line = linesOf('POST /api/v1/upload-tokens')
    const ask = ({ main }: World, body: unknown) =>
      main.request('/api/v1/upload-tokens', { method: 'POST', ...sendJson(body) })
    return [
      line('201', 'a token', (world) => ask(world, { kind: 'image.optimize', uploads: 2 }), { body: uploadToken }),
      line('422 INVALID_FIELD', 'a kind without files', (world) => ask(world, { kind: 'video.render' })),
    ]
  })(),
  ...(() => {
    const line = linesOf('GET /api/v1/audit')
    const ask = ({ main }: World, query = '', headers: Record<string, string> = operator) =>
      main.request(`/api/v1/audit${query}`, { headers })
    return [
      line(
        '200',
        'what administrators did',
        async (world) => {
          await newKey(world)
          return ask(world, '?limit=1')
        },
        { body: audit },
      ),
      line('400 INVALID_QUERY', 'more than 100 a page', (world) => ask(world, '?limit=101')),
      line('401 KEY_REQUIRED', 'without a key', (world) => ask(world, '', {})),
    ]
  })(),
  linesOf('GET /admin/sign-in')('401', 'an unknown code', ({ main }) => main.request('/admin/sign-in?code=x'), {
    body: html,
  }),
]
