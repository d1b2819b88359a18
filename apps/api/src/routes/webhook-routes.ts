import {
  createdWebhook,
  delivery,
  deliveryDetails,
  deliveryPage,
  deliveryState,
  resendFields,
  resendReport,
  secretRotation,
  webhook,
  WEBHOOK_EVENTS,
  webhookChanges,
  webhookFields,
  webhookList,
  webhookSecrets,
} from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { parseInput } from '../http/input.ts'
import { orNoBody } from '../http/json-body.ts'
import { json, JSON_PROBLEMS, jsonRequest, noContent, optionalJson } from '../http/openapi/operation.ts'
import { sendPage } from '../http/paging.ts'
import { wholeNumberOr } from '../http/query-fields.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { WebhookDesk } from '../webhooks/webhook-desk.ts'
import { webhookExamples as examples } from './webhook-examples.ts'

export interface WebhookRouteDeps {
  webhooks: WebhookDesk
  /** Middleware before every handler that accepts JSON. */
  readJson: RequestHandler[]
}

const DELIVERY_EVENTS = [...WEBHOOK_EVENTS, 'webhook.ping'] as const
const id = z.string().meta({ description: 'The id of the webhook', example: examples.shop.id })
const idOrCallbacks = id.meta({
  description: 'The id of the webhook, or `callbacks` for the URLs that tasks and batches bring along',
  example: examples.shop.id,
})
const deliveryId = z.string().meta({ description: 'The id of the delivery', example: examples.delivered.id })
const webhookPath = { path: z.object({ id }) }
const receiverPath = { path: z.object({ id: idOrCallbacks }) }
const deliveryPath = { path: z.object({ id: idOrCallbacks, deliveryId }) }
const deliveryQuery = z.strictObject({
  state: deliveryState.optional().meta({ description: 'Only deliveries in this state' }),
  event: z.enum(DELIVERY_EVENTS).optional().meta({ description: 'Only deliveries of events of this type' }),
  taskId: z.string().max(40).optional().meta({ description: 'Only deliveries about this task' }),
  limit: wholeNumberOr(20, 1, 100).meta({ description: 'Deliveries per page' }),
  cursor: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Where the page starts: `nextCursor` of the previous page' }),
})

const idOf = (req: Request): string => String(req.params.id)
const deliveryIdOf = (req: Request): string => String(req.params.deliveryId)

/** `/api/v1/webhooks`: where events are sent to, and what became of each. */
export const webhookRoutes = routesOf<WebhookRouteDeps>('Webhooks', {
  'GET /webhooks': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listWebhooks',
      summary: 'List all webhooks, newest first',
      answers: {
        200: json('The webhooks', { schema: webhookList, examples: { One: { items: [examples.shop] } } }, 'ETag'),
      },
      problems: ['STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-cache').json({ items: await webhooks.list(tenantOf(req)) })
      },
  },

  'POST /webhooks': {
    scope: 'tasks:write',
    doc: {
      operationId: 'createWebhook',
      summary: 'Create a webhook',
      description:
        'From now on, events are sent to its URL as signed POST requests (Standard Webhooks). Other API processes know it within two seconds.',
      body: jsonRequest({
        schema: webhookFields,
        examples: { 'Ends of tasks': { url: examples.shop.url, events: ['task.completed', 'task.failed'] } },
      }),
      answers: {
        201: json('The webhook, with its secret', { schema: createdWebhook, examples: { Created: examples.created } }),
      },
      problems: [...JSON_PROBLEMS, 'STORE_UNAVAILABLE'],
    },
    handle: ({ webhooks, readJson }) => [
      ...readJson,
      async (req, res) => {
        const fields = parseInput(webhookFields, req.body, 'INVALID_FIELD')
        const created = await webhooks.create(tenantOf(req), fields)
        res.status(201).location(created.links.self).set('Cache-Control', 'no-store').json(created)
      },
    ],
  },

  'GET /webhooks/:id': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getWebhook',
      summary: 'Get a webhook',
      requestParams: webhookPath,
      answers: {
        200: json(
          'The webhook',
          { schema: webhook, examples: { 'In use': examples.shop, 'Switched off': examples.disabled } },
          'ETag',
        ),
      },
      problems: ['WEBHOOK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(await webhooks.get(tenantOf(req), idOf(req)))
      },
  },

  'PATCH /webhooks/:id': {
    scope: 'tasks:write',
    doc: {
      operationId: 'updateWebhook',
      summary: 'Update a webhook, or switch it on or off',
      description: 'Only the given fields are changed. What was waiting for a webhook that is switched off has failed.',
      requestParams: webhookPath,
      body: jsonRequest({ schema: webhookChanges, examples: { 'On again': { enabled: true } } }),
      answers: { 200: json('The webhook', { schema: webhook, examples: { Updated: examples.shop } }) },
      problems: [...JSON_PROBLEMS, 'WEBHOOK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle: ({ webhooks, readJson }) => [
      ...readJson,
      async (req, res) => {
        const changes = parseInput(webhookChanges, req.body, 'INVALID_FIELD')
        res.json(await webhooks.update(tenantOf(req), idOf(req), changes))
      },
    ],
  },

  'DELETE /webhooks/:id': {
    scope: 'tasks:write',
    doc: {
      operationId: 'deleteWebhook',
      summary: 'Delete a webhook',
      requestParams: webhookPath,
      answers: { 204: noContent('Deleted') },
      problems: ['WEBHOOK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        await webhooks.remove(tenantOf(req), idOf(req))
        res.status(204).end()
      },
  },

  'GET /webhooks/:id/secret': {
    scope: 'tasks:write',
    doc: {
      operationId: 'getWebhookSecret',
      summary: 'Get the secrets that deliveries are signed with',
      requestParams: receiverPath,
      answers: { 200: json('The secrets', { schema: webhookSecrets, examples: { One: examples.secrets } }, 'ETag') },
      problems: ['WEBHOOK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-store').json(await webhooks.secrets(tenantOf(req), idOf(req)))
      },
  },

  'POST /webhooks/:id/rotate-secret': {
    scope: 'tasks:write',
    doc: {
      operationId: 'rotateWebhookSecret',
      summary: 'Replace the secret',
      description: 'Until the grace period has passed, deliveries have a signature by each of the two secrets.',
      requestParams: receiverPath,
      body: optionalJson({ schema: secretRotation, examples: { 'Within an hour': { graceSeconds: 3600 } } }),
      answers: { 200: json('The secrets', { schema: webhookSecrets, examples: { Replaced: examples.secrets } }) },
      problems: [...JSON_PROBLEMS, 'WEBHOOK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle: ({ webhooks, readJson }) => [
      ...orNoBody(readJson),
      async (req, res) => {
        const { graceSeconds } = parseInput(secretRotation, req.body, 'INVALID_FIELD')
        const secrets = await webhooks.rotate(tenantOf(req), idOf(req), graceSeconds)
        res.set('Cache-Control', 'no-store').json(secrets)
      },
    ],
  },

  'POST /webhooks/:id/ping': {
    scope: 'tasks:write',
    doc: {
      operationId: 'pingWebhook',
      summary: 'Send a test event',
      requestParams: webhookPath,
      answers: { 202: json('The delivery', { schema: delivery, examples: { Waiting: examples.ping } }) },
      problems: ['WEBHOOK_NOT_FOUND', 'WEBHOOK_DISABLED', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        res.status(202).json(await webhooks.ping(tenantOf(req), idOf(req)))
      },
  },

  'GET /webhooks/:id/deliveries': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listWebhookDeliveries',
      summary: 'List deliveries and their attempts, newest first',
      description: 'They are kept for 30 days.',
      requestParams: { ...receiverPath, query: deliveryQuery },
      answers: {
        200: json(
          'A page of deliveries',
          { schema: deliveryPage, examples: { One: { items: [examples.delivered], nextCursor: null } } },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'WEBHOOK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        const { limit, cursor, ...filter } = parseInput(deliveryQuery, req.query, 'INVALID_QUERY')
        const of = { tenant: tenantOf(req), webhookId: idOf(req), ...filter }
        sendPage(req, res.set('Cache-Control', 'no-cache'), await webhooks.deliveries(of, { limit, cursor }))
      },
  },

  'GET /webhooks/:id/deliveries/:deliveryId': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getWebhookDelivery',
      summary: 'Get a delivery with its payload',
      requestParams: deliveryPath,
      answers: {
        200: json('The delivery', { schema: deliveryDetails, examples: { 'A ping': examples.details } }, 'ETag'),
      },
      problems: ['WEBHOOK_NOT_FOUND', 'DELIVERY_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        const found = await webhooks.delivery(tenantOf(req), idOf(req), deliveryIdOf(req))
        res.set('Cache-Control', 'no-cache').json(found)
      },
  },

  'POST /webhooks/:id/deliveries/:deliveryId/resend': {
    scope: 'tasks:write',
    doc: {
      operationId: 'resendWebhookDelivery',
      summary: 'Send a delivery again, with the same id',
      requestParams: deliveryPath,
      answers: { 202: json('The delivery', { schema: delivery, examples: { Waiting: examples.ping } }) },
      problems: ['WEBHOOK_NOT_FOUND', 'DELIVERY_NOT_FOUND', 'WEBHOOK_DISABLED', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ webhooks }) =>
      async (req, res) => {
        res.status(202).json(await webhooks.resend(tenantOf(req), idOf(req), deliveryIdOf(req)))
      },
  },

  'POST /webhooks/:id/resend': {
    scope: 'tasks:write',
    doc: {
      operationId: 'resendWebhookDeliveries',
      summary: 'Send deliveries of a period again',
      requestParams: receiverPath,
      body: jsonRequest({ schema: resendFields, examples: { 'Those that failed': { from: '2026-05-01T00:00:00Z' } } }),
      answers: { 202: json('How many', { schema: resendReport, examples: { Some: { resent: 12 } } }) },
      problems: [...JSON_PROBLEMS, 'WEBHOOK_NOT_FOUND', 'WEBHOOK_DISABLED', 'STORE_UNAVAILABLE'],
    },
    handle: ({ webhooks, readJson }) => [
      ...readJson,
      async (req, res) => {
        const { from, to, state } = parseInput(resendFields, req.body, 'INVALID_FIELD')
        const range = { from: new Date(from), to: to === undefined ? undefined : new Date(to), state }
        res.status(202).json({ resent: await webhooks.resendAll(tenantOf(req), idOf(req), range) })
      },
    ],
  },
})
