import type { Delivery, DeliveryDetails, Webhook, WebhookEvent } from '@darkroom/contracts'
import type { DeliveryRecord } from './delivery-record.ts'
import type { WebhookRecord } from './webhook-store.ts'

export function toWebhookView({ id, url, description, events, kinds, disabled, ...dates }: WebhookRecord): Webhook {
  const self = `/api/v1/webhooks/${id}`
  return {
    ...{ id, url, description, events, kinds, enabled: disabled === null },
    disabled: disabled && { at: disabled.at.toISOString(), reason: disabled.reason },
    createdAt: dates.createdAt.toISOString(),
    updatedAt: dates.updatedAt.toISOString(),
    links: { self, deliveries: `${self}/deliveries` },
  }
}

export function toDeliveryView(record: DeliveryRecord, maxAttempts: number): Delivery {
  const { id, webhookId, messageId, event, to, taskId, batchId, state, made, nextAt, tries } = record
  return {
    ...{ id, webhookId: webhookId ?? '', messageId, event, url: to, taskId, batchId },
    state: state === 'sending' ? 'waiting' : state,
    attempts: { made, max: maxAttempts, nextAt: nextAt?.toISOString() ?? null },
    tries: tries.map(({ at, ...each }) => ({ at: at.toISOString(), ...each })),
    createdAt: record.createdAt.toISOString(),
    endedAt: record.endedAt?.toISOString() ?? null,
  }
}

export const toDeliveryDetails = (record: DeliveryRecord, maxAttempts: number): DeliveryDetails => ({
  ...toDeliveryView(record, maxAttempts),
  payload: JSON.parse(record.body) as WebhookEvent,
})
