import { z } from 'zod'
import { linesOf, sendJson, type Row } from './row.ts'
import type { World } from './world.ts'

const BASE = '/api/v1/webhooks'
const UNKNOWN = '0'.repeat(24)
const time = z.iso.datetime()
const id = z.string().regex(/^[0-9a-f]{24}$/)
const secret = z.string().regex(/^whsec_[\w+/]{43}=$/)

const fields = {
  id,
  url: z.string(),
  description: z.string(),
  events: z.array(z.string()).min(1),
  kinds: z.array(z.string()),
  enabled: z.boolean(),
  disabled: z.strictObject({ at: time, reason: z.string() }).nullable(),
  createdAt: time,
  updatedAt: time,
  links: z.strictObject({ self: z.string(), deliveries: z.string() }),
}
const webhook = z.strictObject(fields)
const created = z.strictObject({ ...fields, secret })
const secrets = z.strictObject({ items: z.array(z.strictObject({ secret, expiresAt: time.nullable() })).min(1) })
const deliveryFields = {
  id,
  webhookId: z.string(),
  messageId: z.string(),
  event: z.string(),
  url: z.string(),
  taskId: id.nullable(),
  batchId: id.nullable(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.strictObject({ made: z.int(), max: z.int(), nextAt: time.nullable() }),
  tries: z.array(
    z.strictObject({
      at: time,
      durationMs: z.number(),
      status: z.int().nullable(),
      error: z.string().nullable(),
      response: z.string(),
    }),
  ),
  createdAt: time,
  endedAt: time.nullable(),
}
const delivery = z.strictObject(deliveryFields)
const details = z.strictObject({
  ...deliveryFields,
  payload: z.strictObject({
    eventType: z.literal('webhook.ping'),
    webhookId: id,
    tenant: z.string(),
    timestamp: z.number(),
  }),
})

const ask = ({ main }: World, method: string, path: string, body?: unknown) =>
  main.request(BASE + path, { method, ...(body !== undefined && sendJson(body)) })

/** One that gets next to nothing. */
const QUIET = { url: 'http://127.0.0.1:9999/', events: ['webhook.disabled'] }

const newWebhook = async (world: World): Promise<string> =>
  ((await ask(world, 'POST', '', QUIET)).body as { id: string }).id

const switchedOff = async (world: World): Promise<string> => {
  const made = await newWebhook(world)
  await ask(world, 'PATCH', `/${made}`, { enabled: false })
  return made
}

const unknown = (line: ReturnType<typeof linesOf>, method: string, rest = '', body?: unknown): Row =>
  line('404 WEBHOOK_NOT_FOUND', 'an unknown id', (world) => ask(world, method, `/${UNKNOWN}${rest}`, body))

const itself = (): Row[] => {
  const list = linesOf('GET /api/v1/webhooks')
  const create = linesOf('POST /api/v1/webhooks')
  const one = linesOf('GET /api/v1/webhooks/:id')
  const update = linesOf('PATCH /api/v1/webhooks/:id')
  const remove = linesOf('DELETE /api/v1/webhooks/:id')
  return [
    list('200', 'all webhooks', (world) => ask(world, 'GET', ''), {
      body: z.strictObject({ items: z.array(webhook) }),
    }),
    create('201', 'a new one', (world) => ask(world, 'POST', '', QUIET), { body: created }),
    create('422 INVALID_FIELD', 'a private address', (world) => ask(world, 'POST', '', { url: 'http://10.0.0.1/' })),
    one('200', 'a webhook', (world) => ask(world, 'GET', `/${world.webhook.id}`), { body: webhook }),
    unknown(one, 'GET'),
    update(
      '200',
      'another name',
      async (world) => ask(world, 'PATCH', `/${await newWebhook(world)}`, { description: 'a' }),
      {
        body: webhook,
      },
    ),
    update('422 INVALID_FIELD', 'no events', (world) => ask(world, 'PATCH', `/${world.webhook.id}`, { events: [] })),
    unknown(update, 'PATCH', '', {}),
    remove('204', 'a webhook', async (world) => ask(world, 'DELETE', `/${await newWebhook(world)}`), {
      body: 'nothing',
    }),
    unknown(remove, 'DELETE'),
  ]
}

const itsSecrets = (): Row[] => {
  const show = linesOf('GET /api/v1/webhooks/:id/secret')
  const rotate = linesOf('POST /api/v1/webhooks/:id/rotate-secret')
  const both = [
    show('200', 'of a webhook', (world) => ask(world, 'GET', `/${world.webhook.id}/secret`), { body: secrets }),
  ]
  return [
    ...both,
    show('200', 'of callbacks', (world) => ask(world, 'GET', '/callbacks/secret'), { body: secrets }),
    unknown(show, 'GET', '/secret'),
    rotate('200', 'a new one', async (world) => ask(world, 'POST', `/${await newWebhook(world)}/rotate-secret`, {}), {
      body: secrets,
    }),
    rotate('422 INVALID_FIELD', 'a negative grace', (world) =>
      ask(world, 'POST', `/${world.webhook.id}/rotate-secret`, { graceSeconds: -1 }),
    ),
    unknown(rotate, 'POST', '/rotate-secret', {}),
  ]
}

const itsDeliveries = (): Row[] => {
  const ping = linesOf('POST /api/v1/webhooks/:id/ping')
  const list = linesOf('GET /api/v1/webhooks/:id/deliveries')
  const one = linesOf('GET /api/v1/webhooks/:id/deliveries/:deliveryId')
  const resend = linesOf('POST /api/v1/webhooks/:id/deliveries/:deliveryId/resend')
  const resendAll = linesOf('POST /api/v1/webhooks/:id/resend')
  const page = z.strictObject({ items: z.array(delivery), nextCursor: z.string().nullable() })
  const pathOf = ({ webhook: { id: of, deliveryId } }: World) => `/${of}/deliveries/${deliveryId}`
  const since = { from: '2026-05-01T00:00:00Z' }
  return [
    ping('202', 'a test event', (world) => ask(world, 'POST', `/${world.webhook.id}/ping`), { body: delivery }),
    ping('409 WEBHOOK_DISABLED', 'it is switched off', async (world) =>
      ask(world, 'POST', `/${await switchedOff(world)}/ping`),
    ),
    unknown(ping, 'POST', '/ping'),
    list('200', 'its deliveries', (world) => ask(world, 'GET', `/${world.webhook.id}/deliveries?limit=1`), {
      body: page,
    }),
    list('400 INVALID_QUERY', 'an invalid cursor', (world) =>
      ask(world, 'GET', `/${world.webhook.id}/deliveries?cursor=a`),
    ),
    unknown(list, 'GET', '/deliveries'),
    one('200', 'a delivery', (world) => ask(world, 'GET', pathOf(world)), { body: details }),
    one('404 DELIVERY_NOT_FOUND', 'an unknown delivery', (world) =>
      ask(world, 'GET', `/${world.webhook.id}/deliveries/${UNKNOWN}`),
    ),
    unknown(one, 'GET', `/deliveries/${UNKNOWN}`),
    resend('202', 'a delivery', (world) => ask(world, 'POST', `${pathOf(world)}/resend`), { body: delivery }),
    resend('404 DELIVERY_NOT_FOUND', 'an unknown delivery', (world) =>
      ask(world, 'POST', `/${world.webhook.id}/deliveries/${UNKNOWN}/resend`),
    ),
    resend('409 WEBHOOK_DISABLED', 'it is switched off', async (world) =>
      ask(world, 'POST', `/${await switchedOff(world)}/deliveries/${UNKNOWN}/resend`),
    ),
    unknown(resend, 'POST', `/deliveries/${UNKNOWN}/resend`),
    resendAll('202', 'those of a period', (world) => ask(world, 'POST', `/${world.webhook.id}/resend`, since), {
      body: z.strictObject({ resent: z.int() }),
    }),
    resendAll('422 INVALID_FIELD', 'no period', (world) => ask(world, 'POST', `/${world.webhook.id}/resend`, {})),
    resendAll('409 WEBHOOK_DISABLED', 'it is switched off', async (world) =>
      ask(world, 'POST', `/${await switchedOff(world)}/resend`, since),
    ),
    unknown(resendAll, 'POST', '/resend', since),
  ]
}

const withoutStore = ({ away }: World) => away.request(BASE)

export const webhookRows: Row[] = [
  ...itself(),
  ...itsSecrets(),
  ...itsDeliveries(),
  linesOf('GET /api/v1/webhooks')('503 STORE_UNAVAILABLE', 'the store is away', withoutStore),
]
