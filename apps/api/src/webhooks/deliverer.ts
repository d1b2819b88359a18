import { CALLBACKS } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { Outgoing } from '@darkroom/outgoing'
import type { Channel, DeliveryRecord } from './delivery-record.ts'
import type { DeliveryLogStore } from './delivery-log-store.ts'
import type { DeliveryStore } from './delivery-store.ts'
import { postEvent } from './post-event.ts'
import { consequenceOf, tryOf, type Verdict } from './retry-schedule.ts'
import { toWebhook } from './receivers.ts'
import type { CallbackSecrets } from './callback-secrets.ts'
import type { WebhookDirectory } from './webhook-directory.ts'
import type { WebhookRecord, WebhookStore } from './webhook-store.ts'

/** A job of the queue: which delivery, and in whose name. */
export interface DeliveryJob {
  id: string
  deliveryId: string
  claim: string
}

/** Sends a notification. Must not throw. */
export type Notify = (delivery: DeliveryRecord) => Promise<Verdict>

/** A delivery that waits for an earlier one of its stream is woken by it, or looks again. */
const BEHIND_MS = 1000
const GONE: Verdict = {
  ...{ ok: false, status: null, response: '', isFinal: true },
  error: 'The webhook was removed or switched off.',
}

/** Makes one attempt at a delivery, and records it. */
export class Deliverer {
  readonly #deps
  #stopped = false

  constructor(deps: {
    deliveries: DeliveryStore
    deliveryLog: DeliveryLogStore
    webhooks: WebhookStore
    directory: WebhookDirectory
    callbackSecrets: CallbackSecrets
    outgoing: Outgoing
    notify: Record<Exclude<Channel, 'http'>, Notify>
    /** The waits before the second attempt and the later ones. */
    delaysMs: Record<Channel, readonly number[]>
    /** Called when something may be due. */
    wake: () => void
    /** Called after each attempt with the state that followed and the age of the event in ms. */
    attempted: (channel: Channel, state: DeliveryRecord['state'], sinceMs: number) => void
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  /** From now on, attempts that are broken off do not count. */
  stop(): void {
    this.#stopped = true
  }

  attempt = async ({ deliveryId, claim }: DeliveryJob): Promise<void> => {
    const { deliveries, now } = this.#deps
    const delivery = await deliveries.claimed(deliveryId, claim)
    // It was sent by another process meanwhile, or resent, or its webhook was removed.
    if (!delivery) return
    const earlier = await deliveries.before(delivery)
    if (earlier) {
      // It may end at this moment, and find this one claimed: then nothing else wakes it.
      const from = earlier.state === 'sending' ? 0 : (earlier.nextAt?.getTime() ?? 0)
      const at = Math.max(now(), from) + BEHIND_MS
      return deliveries.release([deliveryId], claim, new Date(at))
    }
    await (delivery.channel === 'http' ? this.#post(delivery) : this.#notify(delivery, delivery.channel))
  }

  async #post(delivery: DeliveryRecord): Promise<void> {
    const { webhooks, deliveries, callbackSecrets, outgoing, now } = this.#deps
    const at = new Date(now())
    const { tenant, webhookId } = delivery
    const isCallback = webhookId === null || webhookId === CALLBACKS
    const webhook = isCallback ? undefined : await webhooks.find(tenant, webhookId)
    const secrets = isCallback ? await callbackSecrets.of(tenant) : webhook?.secrets
    const isOn = secrets !== undefined && !webhook?.disabled
    const to = webhook?.url ?? delivery.to
    const verdict = isOn ? await postEvent(outgoing, { ...delivery, to }, secrets, at) : GONE
    if (this.#stopped && !verdict.ok) return deliveries.release([delivery.id], delivery.claim ?? '', at)
    await this.#settle(delivery, verdict, at)
    if (webhook && verdict.status === 410) await this.#disable(webhook, 'The receiver answered 410 Gone.')
    else if (isCallback && verdict.status === 410) await deliveries.failStream(delivery.stream, at)
  }

  /**
   * At most once: an attempt counts before it is made, and one whose process died is not repeated.
   * A person prefers no message to two.
   */
  async #notify(delivery: DeliveryRecord, channel: Exclude<Channel, 'http'>): Promise<void> {
    const { deliveries, notify, now } = this.#deps
    const at = new Date(now())
    const isInDoubt = delivery.made > delivery.tries.length
    if (isInDoubt) {
      const error = 'The process was stopped while it was sending this; it may have arrived.'
      const doubt = { ok: false, status: null, error, response: '', isFinal: true }
      await this.#record(delivery, delivery.made, doubt, at)
      return
    }
    if (!(await deliveries.begin(delivery))) return
    const begun = { ...delivery, made: delivery.made + 1 }
    await this.#record(begun, begun.made, await notify[channel](begun), at)
  }

  /** A webhook that got nothing for all attempts of an event is switched off. */
  async #settle(delivery: DeliveryRecord, verdict: Verdict, at: Date): Promise<void> {
    const { deliveryLog, webhooks } = this.#deps
    const state = await this.#record(delivery, delivery.made + 1, verdict, at)
    const { tenant, webhookId, createdAt } = delivery
    if (state !== 'failed' || verdict.isFinal || webhookId === null || webhookId === CALLBACKS) return
    if (await deliveryLog.hasDelivered(tenant, webhookId, createdAt)) return
    const webhook = await webhooks.find(tenant, webhookId)
    if (webhook) await this.#disable(webhook, `Nothing could be delivered since ${createdAt.toISOString()}.`)
  }

  /** Returns the state that follows; undefined if the claim no longer holds. */
  async #record(
    delivery: DeliveryRecord,
    made: number,
    verdict: Verdict,
    at: Date,
  ): Promise<DeliveryRecord['state'] | undefined> {
    const { deliveries, delaysMs, wake, attempted, log, now } = this.#deps
    const done = new Date(now())
    const options = { delaysMs: delaysMs[delivery.channel], now: done, random: Math.random() }
    const then = consequenceOf(made, verdict, options)
    if (!(await deliveries.settle(delivery, tryOf(verdict, at, done), then))) return undefined
    const { id: deliveryId, event, taskId, webhookId, channel } = delivery
    const facts = { deliveryId, channel, event, taskId, webhookId, made, status: verdict.status, error: verdict.error }
    attempted(channel, then.state, done.getTime() - delivery.createdAt.getTime())
    log[then.state === 'failed' ? 'warn' : 'debug'](facts, `delivery ${then.state}`)
    if (then.nextAt === null) await deliveries.wakeNext(delivery.stream, done)
    // The next of its stream, or one that had no room in its lane.
    wake()
    return then.state
  }

  /** Nothing more is sent to it; the tenant's other webhooks learn of it. */
  async #disable({ tenant, id, url }: WebhookRecord, reason: string): Promise<void> {
    const { webhooks, deliveries, directory, wake, log, now } = this.#deps
    const at = new Date(now())
    if (!(await webhooks.disable(tenant, id, at, reason))) return
    // Without the URL: for some receivers it is the secret.
    log.warn({ tenant, webhookId: id, reason }, 'webhook switched off')
    await deliveries.failAll(tenant, id, at)
    await directory.refresh()
    const timestamp = at.getTime()
    const event = { eventType: 'webhook.disabled', webhookId: id, tenant, timestamp, url, reason } as const
    const about = { tenant, taskId: null, batchId: null, epoch: 1, seq: 0, messageId: `msg_${id}_${timestamp}` }
    const others = directory.of(tenant).filter((other) => other.id !== id && other.events.includes('webhook.disabled'))
    if (others.length === 0) return
    await deliveries.insert(others.map((other) => toWebhook(other, event, about, at)))
    wake()
  }
}
