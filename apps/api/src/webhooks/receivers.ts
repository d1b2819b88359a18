import { CALLBACKS, TASK_ENDS, type BatchEvent, type TaskEvent, type WebhookEvent } from '@darkroom/contracts'
import type { LogEntry, TaskRecord } from '../tasks/task.ts'
import { newDelivery, type DeliveryRecord } from './delivery-record.ts'
import type { WebhookRecord } from './webhook-store.ts'

const ENDS: ReadonlySet<string> = new Set(TASK_ENDS)
export const isTaskEnd = (type: string): boolean => ENDS.has(type)

/** The entries of a task's log that have not been told, oldest first. */
export function untoldOf({ log, told }: TaskRecord): LogEntry[] {
  if (!told) return log
  return log.filter(({ epoch, seq }) => epoch > told.epoch || (epoch === told.epoch && seq > told.seq))
}

const eventOf = ({ id, tenant }: TaskRecord, { seq, epoch, attempt, type, at, data }: LogEntry): TaskEvent =>
  ({ eventType: type, taskId: id, tenant, timestamp: at.getTime(), epoch, attempt, seq, ...data }) as TaskEvent

/** The deliveries of an event of a task: to its URL if this is its end, and to webhooks. */
export function deliveriesOfTask(
  task: TaskRecord,
  entry: LogEntry,
  webhooks: readonly WebhookRecord[],
  now: Date,
): DeliveryRecord[] {
  const about = {
    ...{ tenant: task.tenant, taskId: task.id, batchId: task.batchId ?? null },
    ...{ epoch: entry.epoch, seq: entry.seq, messageId: `msg_${task.id}_${entry.epoch}_${entry.seq}` },
  }
  const event = eventOf(task, entry)
  const wanting = webhooks.filter(
    ({ events, kinds, createdAt }) =>
      (events as string[]).includes(entry.type) &&
      (kinds.length === 0 || kinds.includes(task.kind)) &&
      isSince(createdAt, task, entry),
  )
  const url = isTaskEnd(entry.type) ? task.callbackUrl : undefined
  return [...wanting.map((webhook) => toWebhook(webhook, event, about, now)), ...toUrl(url, event, about, now)]
}

/**
 * Whether an event happened after a webhook was created. By the clock of its worker, which may be
 * wrong, only if nothing else tells: the event that marked the task is always new.
 */
const isSince = (createdAt: Date, task: TaskRecord, entry: LogEntry): boolean =>
  task.createdAt >= createdAt || task.told !== undefined || entry.at >= createdAt || entry === task.log.at(-1)

/** The deliveries of the end of a batch. */
export function deliveriesOfBatch(
  event: BatchEvent,
  callbackUrl: string | undefined,
  webhooks: readonly WebhookRecord[],
  now: Date,
): DeliveryRecord[] {
  const about = {
    ...{ tenant: event.tenant, taskId: null, batchId: event.batchId },
    ...{ epoch: 1, seq: 0, messageId: `msg_${event.batchId}` },
  }
  const wanting = webhooks.filter(
    ({ events, createdAt }) => events.includes(event.eventType) && event.timestamp >= createdAt.getTime(),
  )
  return [...wanting.map((webhook) => toWebhook(webhook, event, about, now)), ...toUrl(callbackUrl, event, about, now)]
}

type About = Pick<DeliveryRecord, 'tenant' | 'taskId' | 'batchId' | 'epoch' | 'seq' | 'messageId'>

export function toWebhook({ id, url }: WebhookRecord, event: WebhookEvent, about: About, now: Date): DeliveryRecord {
  const to = { channel: 'http', webhookId: id, to: url, lane: id } as const
  return newDelivery(id, { ...about, ...to, event: event.eventType, body: JSON.stringify(event) }, now)
}

function toUrl(url: string | undefined, event: WebhookEvent, about: About, now: Date): DeliveryRecord[] {
  if (url === undefined) return []
  const to = { channel: 'http', webhookId: CALLBACKS, to: url, lane: new URL(url).origin } as const
  return [newDelivery(url, { ...about, ...to, event: event.eventType, body: JSON.stringify(event) }, now)]
}
