import { webhookEvent, type WebhookEventType } from '@darkroom/contracts'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { z } from 'zod'
import { webhookEventExamples } from '../webhook-examples.ts'

const MEANS: Record<WebhookEventType, string> = {
  'task.created': 'A task was accepted, or restarted',
  'task.processing': 'A worker has started a task',
  'task.progress': 'A task has made progress',
  'task.retry': 'An attempt has failed; there will be another one',
  'task.completed': 'A task is completed',
  'task.failed': 'A task has failed for good',
  'task.cancelled': 'A task was cancelled',
  'task.expired': 'The files of a task have expired',
  'batch.completed': 'All tasks of a batch have ended',
  'webhook.ping': 'A test event, sent on request',
  'webhook.disabled': 'Another webhook was switched off',
}

const requestParams = {
  header: z.object({
    'webhook-id': z.string().meta({ description: 'Identifies the event: the same for every attempt' }),
    'webhook-timestamp': z.string().meta({ description: 'When this attempt was sent: seconds since 1970' }),
    'webhook-signature': z
      .string()
      .meta({ description: '`v1,` and the signature; several, separated by spaces, while a secret is being replaced' }),
  }),
}

/** `task.completed` as `TaskCompletedPayload`: the event itself has the shorter name in task logs. */
const nameOf = (type: string): string =>
  `${type
    .split('.')
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join('')}Payload`

/** The requests that receivers get, by event. */
export const WEBHOOKS: ZodOpenApiPathsObject = Object.fromEntries(
  webhookEvent.options.map((schema) => {
    const type = schema.shape.eventType.value
    const post = {
      operationId: nameOf(type),
      tags: ['Webhooks'],
      summary: MEANS[type],
      requestParams,
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: (schema as z.ZodObject).meta({ id: nameOf(type) }),
            examples: { 'An event': { value: webhookEventExamples.find(({ eventType }) => eventType === type) } },
          },
        },
      },
      responses: {
        '2XX': { description: 'The event is accepted' },
        '410': { description: 'Nothing more should be sent: the webhook is switched off' },
        default: { description: 'The event is sent again later; `Retry-After` is honoured' },
      },
    }
    return [type, { post }]
  }),
)
