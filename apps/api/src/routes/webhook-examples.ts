import {
  DEFAULT_TENANT,
  type CreatedWebhook,
  type Delivery,
  type DeliveryDetails,
  type Webhook,
  type WebhookEvent,
  type WebhookSecrets,
} from '@darkroom/contracts'
import { BATCH_ID, TASK_ID } from '../http/openapi/example-ids.ts'
import { batchPageExample } from './batch-examples.ts'
import { CREATED_AT } from './task-examples.ts'
import { taskEventExamples } from './task-event-examples.ts'

const id = '65d4f0c2a1b2c3d4e5f60800'
const self = `/api/v1/webhooks/${id}`

const shop: Webhook = {
  id,
  url: 'https://shop.example/darkroom',
  description: 'the shop',
  events: ['task.completed', 'task.failed'],
  kinds: [],
  enabled: true,
  disabled: null,
  createdAt: '2026-05-01T11:00:00.000Z',
  updatedAt: '2026-05-01T11:00:00.000Z',
  links: { self, deliveries: `${self}/deliveries` },
}
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='
const created: CreatedWebhook = { ...shop, secret }
const disabled: Webhook = {
  ...shop,
  enabled: false,
  disabled: { at: '2026-05-04T12:00:00.000Z', reason: 'The receiver answered 410 Gone.' },
}
const secrets: WebhookSecrets = { items: [{ secret, expiresAt: null }] }

const delivered: Delivery = {
  id: '5f2b90c1d4e7a8365f2b90c1',
  webhookId: id,
  messageId: `msg_${TASK_ID}_1_1998`,
  event: 'task.completed',
  url: shop.url,
  taskId: TASK_ID,
  batchId: null,
  state: 'delivered',
  attempts: { made: 1, max: 10, nextAt: null },
  tries: [{ at: '2026-05-01T12:00:01.000Z', durationMs: 84, status: 200, error: null, response: 'ok' }],
  createdAt: '2026-05-01T12:00:00.900Z',
  endedAt: '2026-05-01T12:00:01.084Z',
}
const ping: Delivery = {
  ...delivered,
  messageId: 'msg_65d4f0c2a1b2c3d4e5f60801',
  event: 'webhook.ping',
  taskId: null,
  state: 'waiting',
  attempts: { made: 0, max: 10, nextAt: '2026-05-01T12:00:00.900Z' },
  tries: [],
  endedAt: null,
}
const details: DeliveryDetails = {
  ...ping,
  payload: { eventType: 'webhook.ping', webhookId: id, tenant: 'default', timestamp: 1_777_636_800_900 },
}

const { counts, total } = batchPageExample
const timestamp = CREATED_AT + 2200

/** What receivers get: one event of each type. */
export const webhookEventExamples: readonly WebhookEvent[] = [
  ...taskEventExamples,
  { eventType: 'batch.completed', batchId: BATCH_ID, tenant: DEFAULT_TENANT, timestamp, total, counts },
  details.payload,
  {
    ...{ eventType: 'webhook.disabled', webhookId: id, tenant: DEFAULT_TENANT, timestamp },
    ...{ url: shop.url, reason: 'The receiver answered 410 Gone.' },
  },
]

export const webhookExamples = { shop, created, disabled, secrets, delivered, ping, details }
