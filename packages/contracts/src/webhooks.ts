import { z } from 'zod'
import { batchCompleted } from './batches.ts'
import { taskKind } from './tasks.ts'
import { taskEvent, type TaskEvent } from './task-events.ts'

/** Sent on request, to try a webhook out. */
export const webhookPing = z.object({
  eventType: z.literal('webhook.ping'),
  webhookId: z.string(),
  tenant: z.string(),
  timestamp: z.number(),
})
/** A webhook was switched off because it no longer works. Sent to the other webhooks of the tenant. */
export const webhookDisabled = z.object({
  eventType: z.literal('webhook.disabled'),
  webhookId: z.string(),
  tenant: z.string(),
  timestamp: z.number(),
  url: z.string(),
  reason: z.string(),
})

/** What webhooks receive. */
export const webhookEvent = z.discriminatedUnion('eventType', [
  ...taskEvent.options,
  batchCompleted,
  webhookPing,
  webhookDisabled,
])
export type WebhookEvent = z.infer<typeof webhookEvent>
export type WebhookEventType = WebhookEvent['eventType']

/** The events that a webhook can choose. Every webhook gets its pings. */
export const WEBHOOK_EVENTS = [
  'task.created',
  'task.processing',
  'task.progress',
  'task.retry',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.expired',
  'batch.completed',
  'webhook.disabled',
] as const satisfies readonly WebhookEventType[]
export type ChosenEvent = (typeof WEBHOOK_EVENTS)[number]
export const chosenEvent = z.enum(WEBHOOK_EVENTS)
/** Progress is frequent and soon outdated. */
const DEFAULT_EVENTS = WEBHOOK_EVENTS.filter((event) => event !== 'task.progress')

/** The end of an epoch, which is what the `callbackUrl` of a task gets. */
export const TASK_ENDS = [
  'task.completed',
  'task.failed',
  'task.cancelled',
] as const satisfies readonly TaskEvent['eventType'][]

/** Stands for the URLs that tasks and batches bring along, where an id of a webhook is expected. */
export const CALLBACKS = 'callbacks'

const MAX_URL_LENGTH = 2000
export const webhookUrl = z.string().max(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters`)
const description = z.string().trim().max(200)
const events = z.array(chosenEvent).min(1).max(WEBHOOK_EVENTS.length)
const kinds = z.array(taskKind).max(20)

export const webhookFields = z.strictObject({
  url: webhookUrl.meta({ description: 'Where events are sent to, by POST' }),
  description: description.default('').meta({ description: 'For people' }),
  events: events
    .default(DEFAULT_EVENTS)
    .meta({ description: 'The events to send; by default all but `task.progress`' }),
  kinds: kinds.default([]).meta({ description: 'Only events of tasks of these kinds; empty means all' }),
})
export type WebhookFields = z.infer<typeof webhookFields>

export const webhookChanges = z.strictObject({
  url: webhookUrl.optional().meta({ description: 'Where events are sent to from now on' }),
  description: description.optional().meta({ description: 'For people' }),
  events: events.optional().meta({ description: 'The events to send from now on' }),
  kinds: kinds.optional().meta({ description: 'Only events of tasks of these kinds; empty means all' }),
  enabled: z.boolean().optional().meta({ description: 'false: nothing is sent; what is waiting has failed' }),
})
export type WebhookChanges = z.infer<typeof webhookChanges>

export const webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(chosenEvent),
    kinds: z.array(taskKind),
    enabled: z.boolean(),
    disabled: z
      .object({ at: z.iso.datetime(), reason: z.string() })
      .nullable()
      .meta({ description: 'When and why it was switched off' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    links: z.object({ self: z.string(), deliveries: z.string() }),
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof webhook>

const secret = z.string().meta({ description: 'Begins with `whsec_`; the key to its signatures' })
export const createdWebhook = webhook.extend({ secret }).meta({ id: 'CreatedWebhook' })
export type CreatedWebhook = z.infer<typeof createdWebhook>
export const webhookList = z.object({ items: z.array(webhook) })

/** While a secret is being replaced, there are two, and each delivery has a signature by each. */
export const webhookSecrets = z
  .object({
    items: z.array(z.object({ secret, expiresAt: z.iso.datetime().nullable() })).meta({ description: 'Newest first' }),
  })
  .meta({ id: 'WebhookSecrets' })
export type WebhookSecrets = z.infer<typeof webhookSecrets>

export const secretRotation = z.strictObject({
  graceSeconds: z
    .int()
    .min(0)
    .max(2_592_000)
    .default(86_400)
    .meta({ description: 'How long deliveries are also signed with the old secret' }),
})

export const deliveryState = z.enum(['waiting', 'delivered', 'failed'])
export type DeliveryState = z.infer<typeof deliveryState>

export const delivery = z
  .object({
    id: z.string(),
    webhookId: z.string().meta({ description: `Of its webhook; \`${CALLBACKS}\` for the URL of a task or batch` }),
    messageId: z.string().meta({ description: 'The `webhook-id` that receivers see, the same for every attempt' }),
    event: z.string().meta({ description: 'The type of the event' }),
    url: z.string(),
    taskId: z.string().nullable(),
    batchId: z.string().nullable(),
    state: deliveryState,
    attempts: z.object({
      made: z.int(),
      max: z.int(),
      nextAt: z.iso.datetime().nullable(),
    }),
    tries: z
      .array(
        z.object({
          at: z.iso.datetime(),
          durationMs: z.number(),
          status: z.int().nullable().meta({ description: 'The status of the response; null if there was none' }),
          error: z.string().nullable(),
          response: z.string().meta({ description: 'The beginning of its body' }),
        }),
      )
      .meta({ description: 'The latest attempts, oldest first' }),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookDelivery', description: 'An event on its way to a webhook' })
export type Delivery = z.infer<typeof delivery>

export const deliveryPage = z
  .object({ items: z.array(delivery), nextCursor: z.string().nullable() })
  .meta({ id: 'WebhookDeliveryPage' })
export type DeliveryPage = z.infer<typeof deliveryPage>

export const deliveryDetails = delivery.extend({ payload: webhookEvent }).meta({ id: 'WebhookDeliveryDetails' })
export type DeliveryDetails = z.infer<typeof deliveryDetails>

export const resendFields = z.strictObject({
  from: z.iso.datetime({ offset: true }).meta({ description: 'Deliveries created at or after this time' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'And before this time; by default now' }),
  state: z
    .enum(['failed', 'delivered'])
    .default('failed')
    .meta({ description: 'Those that have failed, or those that were delivered' }),
})
export const resendReport = z.object({ resent: z.int().meta({ description: 'How many are sent again' }) })
