import {
  apiKeyFields,
  apiKeyList,
  createdApiKey,
  DEFAULT_TENANT,
  rotationFields,
  type ApiKey,
  type CreatedApiKey,
} from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { scopeMissing } from '../http/authorize.ts'
import { parseInput } from '../http/input.ts'
import { orNoBody } from '../http/json-body.ts'
import { json, JSON_PROBLEMS, jsonRequest, noContent, optionalJson } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { callerOf, tenantOf } from '../http/tenant-of.ts'
import { CreateKey } from '../keys/create-key.ts'
import { mayManage } from '../keys/find-key.ts'
import { ListKeys } from '../keys/list-keys.ts'
import { RevokeKey } from '../keys/revoke-key.ts'
import { RotateKey } from '../keys/rotate-key.ts'
import type { Send } from '../send.ts'
import { noteResult } from './note-act.ts'

export interface KeyRouteDeps {
  send: Send
  /** Middleware before every handler that accepts JSON. */
  readJson: RequestHandler[]
}

const KEY_ID = '5f2b90c1d4e7a836'
const example: ApiKey = {
  id: KEY_ID,
  name: 'the shop',
  tenant: DEFAULT_TENANT,
  scopes: ['tasks:read', 'tasks:write'],
  createdAt: '2026-05-04T09:30:00.000Z',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: '2026-05-04T10:12:00.000Z',
}
const createdExample: CreatedApiKey = { ...example, lastUsedAt: null, key: `drk_${KEY_ID}_…` }

const keyPath = { path: z.object({ id: z.string().meta({ description: 'The id of the key', example: KEY_ID }) }) }
const listQuery = z.strictObject({
  tenant: z.string().max(40).optional().meta({ description: 'By default that of the caller' }),
})

const idOf = (req: Request): string => String(req.params.id).toLowerCase()

/** `/api/v1/keys`. Administrators of the default tenant manage the keys of all tenants. */
export const keyRoutes = routesOf<KeyRouteDeps>('Keys', {
  'GET /keys': {
    scope: 'keys:admin',
    doc: {
      operationId: 'listKeys',
      summary: 'List the keys of a tenant, newest first',
      requestParams: { query: listQuery },
      answers: { 200: json('Its keys', { schema: apiKeyList, examples: { 'One key': { items: [example] } } }, 'ETag') },
      problems: ['INVALID_QUERY'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const own = tenantOf(req)
        const { tenant = own } = parseInput(listQuery, req.query, 'INVALID_QUERY')
        // To others, a foreign tenant is one without keys.
        const items = mayManage(own, tenant) ? await send(new ListKeys(tenant)) : []
        res.set('Cache-Control', 'no-store').json({ items })
      },
  },

  'POST /keys': {
    scope: 'keys:admin',
    doc: {
      operationId: 'createKey',
      summary: 'Create a key',
      description:
        'With at most the scopes of the caller. Only administrators of the default tenant can name another tenant.',
      body: jsonRequest({ schema: apiKeyFields, examples: { 'For a program': { name: 'the shop' } } }),
      answers: {
        201: json('The key, shown only once', { schema: createdApiKey, examples: { Created: createdExample } }),
      },
      problems: JSON_PROBLEMS,
    },
    handle: ({ send, readJson }) => [
      ...readJson,
      async (req, res) => {
        const fields = parseInput(apiKeyFields, req.body, 'INVALID_FIELD')
        const caller = callerOf(req)
        const { name, scopes, tenant = caller.tenant, expiresInSeconds } = fields
        if (!mayManage(caller.tenant, tenant))
          throw scopeMissing('Only administrators of the default tenant can create keys for other tenants.')
        const missing = scopes.filter((scope) => !caller.scopes.includes(scope))
        if (missing.length > 0)
          throw scopeMissing(`Your key cannot grant what it does not have: ${missing.join(', ')}.`)
        const expiresAt = expiresInSeconds === undefined ? null : new Date(Date.now() + expiresInSeconds * 1000)
        const created = await send(new CreateKey({ name, scopes, tenant, expiresAt }))
        noteResult(res, { keyId: created.id })
        res.status(201).set('Cache-Control', 'no-store').json(created)
      },
    ],
  },

  'POST /keys/:id/rotate': {
    scope: 'keys:admin',
    doc: {
      operationId: 'rotateKey',
      summary: 'Replace a key',
      description: 'Creates a key with the same rights. The old one works until the grace period has passed.',
      requestParams: keyPath,
      body: optionalJson({ schema: rotationFields, examples: { 'At once': { graceSeconds: 0 } } }),
      answers: { 201: json('The new key', { schema: createdApiKey, examples: { Created: createdExample } }) },
      problems: [...JSON_PROBLEMS, 'KEY_NOT_FOUND', 'KEY_ENDED'],
    },
    handle: ({ send, readJson }) => [
      ...orNoBody(readJson),
      async (req, res) => {
        const { graceSeconds } = parseInput(rotationFields, req.body, 'INVALID_FIELD')
        const created = await send(new RotateKey(callerOf(req), idOf(req), graceSeconds))
        noteResult(res, { keyId: created.id })
        res.status(201).set('Cache-Control', 'no-store').json(created)
      },
    ],
  },

  'DELETE /keys/:id': {
    scope: 'keys:admin',
    doc: {
      operationId: 'revokeKey',
      summary: 'Revoke a key; every process refuses it within 5 seconds',
      requestParams: keyPath,
      answers: { 204: noContent('Revoked') },
      problems: ['KEY_NOT_FOUND'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        await send(new RevokeKey(tenantOf(req), idOf(req)))
        res.status(204).end()
      },
  },
})
