import { createHash } from 'node:crypto'

/** How it gets to its receiver. */
export type Channel = 'http' | 'email' | 'sms'

export interface Try {
  at: Date
  durationMs: number
  status: number | null
  error: string | null
  response: string
}

/** One message to one receiver. It is written before anything is sent, and is the only record. */
export interface DeliveryRecord {
  id: string
  tenant: string
  channel: Channel
  /** Of its webhook; CALLBACKS for the URL of a task or batch; null for notifications. */
  webhookId: string | null
  /** The URL, address or number. */
  to: string
  /** Deliveries of one lane share a limit, so that a slow receiver does not delay others. */
  lane: string
  /** Deliveries of one stream are sent in the order of epoch and seq. */
  stream: string
  epoch: number
  seq: number
  event: string
  taskId: string | null
  batchId: string | null
  messageId: string
  /** What is sent. */
  body: string
  state: 'waiting' | 'sending' | 'delivered' | 'failed'
  made: number
  tries: Try[]
  /** When it is due: to be sent, or to be sent again because its process died. Null once it ended. */
  nextAt: Date | null
  /** Who is sending it. */
  claim: string | null
  createdAt: Date
  endedAt: Date | null
  removeAt: Date
}

const DAY_MS = 86_400_000
/** How long a record is kept. */
const KEPT_MS = 30 * DAY_MS

/** The same event for the same receiver always has the same id, however often it is told. */
const deliveryIdOf = (receiver: string, messageId: string): string => digestOf(`${receiver} ${messageId}`)

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24)

type Given = Pick<
  DeliveryRecord,
  'tenant' | 'channel' | 'webhookId' | 'to' | 'lane' | 'epoch' | 'seq' | 'event' | 'taskId' | 'batchId' | 'messageId'
> & { body: string }

/** A delivery that is due now. `receiver` identifies it: a webhook, or an address. */
export function newDelivery(receiver: string, given: Given, now: Date): DeliveryRecord {
  return {
    ...given,
    id: deliveryIdOf(receiver, given.messageId),
    stream: digestOf(`${receiver} ${given.taskId ?? given.batchId ?? given.messageId}`),
    state: 'waiting',
    made: 0,
    tries: [],
    nextAt: now,
    claim: null,
    createdAt: now,
    endedAt: null,
    removeAt: new Date(now.getTime() + KEPT_MS),
  }
}
