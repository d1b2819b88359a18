import {
  CALLBACKS,
  ID_PATTERN,
  type CreatedWebhook,
  type Delivery,
  type DeliveryDetails,
  type DeliveryPage,
  type Webhook,
  type WebhookChanges,
  type WebhookFields,
  type WebhookSecrets,
} from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import type { CallbackSecrets } from './callback-secrets.ts'
import type { CheckUrl } from '../tasks/check-url.ts'
import { formatDeliveryCursor, parseDeliveryCursor } from './delivery-cursor.ts'
import type { DeliveryFilter, DeliveryLogStore } from './delivery-log-store.ts'
import type { DeliveryStore } from './delivery-store.ts'
import { newSecret, rotated } from './new-secret.ts'
import { toWebhook } from './receivers.ts'
import type { WebhookDirectory } from './webhook-directory.ts'
import {
  MOST_WEBHOOKS,
  newWebhookId,
  type WebhookRecord,
  type WebhookSecret,
  type WebhookStore,
} from './webhook-store.ts'
import { toDeliveryDetails, toDeliveryView, toWebhookView } from './webhook-view.ts'

const SWITCHED_OFF = 'It was switched off by a request.'

/**
 * What tenants do with their webhooks. Each method throws WEBHOOK_NOT_FOUND for the id of another
 * tenant. Where secrets and deliveries are concerned, `callbacks` stands for the URLs of tasks.
 */
export class WebhookDesk {
  readonly #deps

  constructor(deps: {
    webhooks: WebhookStore
    deliveries: DeliveryStore
    deliveryLog: DeliveryLogStore
    directory: WebhookDirectory
    callbackSecrets: CallbackSecrets
    /** Throws INVALID_FIELD for a URL that nothing is sent to. */
    checkUrl: CheckUrl
    maxAttempts: number
    wake: () => void
    now: () => number
  }) {
    this.#deps = deps
  }

  /** Throws INVALID_FIELD. */
  async create(tenant: string, fields: WebhookFields): Promise<CreatedWebhook> {
    const { webhooks, directory, checkUrl, now } = this.#deps
    checkUrl(fields.url, '/url')
    if ((await webhooks.count(tenant)) >= MOST_WEBHOOKS) throw tooMany()
    const at = new Date(now())
    const secret = newSecret()
    const secrets = [{ secret, expiresAt: null }]
    const record = { id: newWebhookId(), tenant, ...fields, secrets, disabled: null, createdAt: at, updatedAt: at }
    await webhooks.insert(record)
    // Others may have been created since it was counted.
    if ((await webhooks.count(tenant)) > MOST_WEBHOOKS) {
      await webhooks.remove(tenant, record.id)
      throw tooMany()
    }
    await directory.refresh()
    return { ...toWebhookView(record), secret }
  }

  async list(tenant: string): Promise<Webhook[]> {
    return (await this.#deps.webhooks.list(tenant)).map((record) => toWebhookView(record))
  }

  async get(tenant: string, id: string): Promise<Webhook> {
    return toWebhookView(await this.#find(tenant, id))
  }

  /** Throws INVALID_FIELD. */
  async update(tenant: string, id: string, { enabled, ...changes }: WebhookChanges): Promise<Webhook> {
    const { webhooks, deliveries, directory, checkUrl, now } = this.#deps
    if (changes.url !== undefined) checkUrl(changes.url, '/url')
    const { disabled } = await this.#find(tenant, id)
    const at = new Date(now())
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
    const becomes = enabled === undefined ? disabled : enabled ? null : (disabled ?? { at, reason: SWITCHED_OFF })
    const updated = await webhooks.update(tenant, id, { ...given, disabled: becomes, updatedAt: at })
    if (!updated) throw notFound()
    if (updated.disabled) await deliveries.failAll(tenant, id, at)
    await directory.refresh()
    return toWebhookView(updated)
  }

  async remove(tenant: string, id: string): Promise<void> {
    const { webhooks, deliveries, directory, now } = this.#deps
    await this.#find(tenant, id)
    await webhooks.remove(tenant, id)
    await deliveries.failAll(tenant, id, new Date(now()))
    await directory.refresh()
  }

  async secrets(tenant: string, id: string): Promise<WebhookSecrets> {
    return this.#shown(await this.#secretsOf(tenant, id))
  }

  /** The new secret signs from now on, beside the old one for a while. */
  async rotate(tenant: string, id: string, graceSeconds: number): Promise<WebhookSecrets> {
    const { webhooks, callbackSecrets, directory, now } = this.#deps
    const at = new Date(now())
    const secrets = rotated(await this.#secretsOf(tenant, id), at, graceSeconds * 1000)
    if (id === CALLBACKS) await callbackSecrets.replace(tenant, secrets)
    else await webhooks.update(tenant, id, { secrets, updatedAt: at })
    await directory.refresh()
    return this.#shown(secrets)
  }

  /** Throws WEBHOOK_DISABLED. */
  async ping(tenant: string, id: string): Promise<Delivery> {
    const { deliveries, wake, maxAttempts, now } = this.#deps
    const webhook = await this.#findEnabled(tenant, id)
    const at = new Date(now())
    const timestamp = at.getTime()
    const event = { eventType: 'webhook.ping', webhookId: id, tenant, timestamp } as const
    const messageId = `msg_${newWebhookId()}`
    const record = toWebhook(webhook, event, { tenant, taskId: null, batchId: null, epoch: 1, seq: 0, messageId }, at)
    await deliveries.insert([record])
    wake()
    return toDeliveryView(record, maxAttempts)
  }

  /** Throws INVALID_QUERY. */
  async deliveries(
    filter: DeliveryFilter,
    { cursor, limit }: { cursor: string | undefined; limit: number },
  ): Promise<DeliveryPage> {
    await this.#assertKnown(filter.tenant, filter.webhookId)
    const found = await this.#deps.deliveryLog.list(filter, parseDeliveryCursor(cursor), limit + 1)
    const items = found.slice(0, limit)
    const last = items.at(-1)
    return {
      items: items.map((record) => toDeliveryView(record, this.#deps.maxAttempts)),
      nextCursor: last && found.length > limit ? formatDeliveryCursor(last) : null,
    }
  }

  /** Throws DELIVERY_NOT_FOUND. */
  async delivery(tenant: string, id: string, deliveryId: string): Promise<DeliveryDetails> {
    await this.#assertKnown(tenant, id)
    const found = await this.#deps.deliveryLog.find(tenant, id, deliveryId)
    if (!found) throw deliveryNotFound()
    return toDeliveryDetails(found, this.#deps.maxAttempts)
  }

  /** Throws DELIVERY_NOT_FOUND, WEBHOOK_DISABLED. */
  async resend(tenant: string, id: string, deliveryId: string): Promise<Delivery> {
    const { deliveryLog, wake, maxAttempts, now } = this.#deps
    await this.#assertEnabled(tenant, id)
    const sent = await deliveryLog.resend(tenant, id, deliveryId, new Date(now()))
    if (!sent) throw deliveryNotFound()
    wake()
    return toDeliveryView(sent, maxAttempts)
  }

  /** Throws WEBHOOK_DISABLED. */
  async resendAll(
    tenant: string,
    id: string,
    range: { from: Date; to: Date | undefined; state: 'failed' | 'delivered' },
  ): Promise<number> {
    const { deliveryLog, wake, now } = this.#deps
    await this.#assertEnabled(tenant, id)
    const at = new Date(now())
    const resent = await deliveryLog.resendAll({ tenant, webhookId: id }, { ...range, to: range.to ?? at }, at)
    wake()
    return resent
  }

  async #find(tenant: string, id: string): Promise<WebhookRecord> {
    const found = ID_PATTERN.test(id) ? await this.#deps.webhooks.find(tenant, id) : undefined
    if (!found) throw notFound()
    return found
  }

  async #findEnabled(tenant: string, id: string): Promise<WebhookRecord> {
    const found = await this.#find(tenant, id)
    if (!found.disabled) return found
    throw new AppError('WEBHOOK_DISABLED', `The webhook is switched off: ${found.disabled.reason} Enable it first.`)
  }

  async #assertKnown(tenant: string, id: string): Promise<void> {
    if (id !== CALLBACKS) await this.#find(tenant, id)
  }

  async #assertEnabled(tenant: string, id: string): Promise<void> {
    if (id !== CALLBACKS) await this.#findEnabled(tenant, id)
  }

  async #secretsOf(tenant: string, id: string): Promise<WebhookSecret[]> {
    return id === CALLBACKS ? this.#deps.callbackSecrets.of(tenant) : (await this.#find(tenant, id)).secrets
  }

  #shown(secrets: readonly WebhookSecret[]): WebhookSecrets {
    const now = new Date(this.#deps.now())
    const valid = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    return { items: valid.map(({ secret, expiresAt }) => ({ secret, expiresAt: expiresAt?.toISOString() ?? null })) }
  }
}

const tooMany = (): AppError =>
  new AppError('INVALID_FIELD', `There are ${MOST_WEBHOOKS} webhooks already: delete one first.`)
const notFound = (): AppError => new AppError('WEBHOOK_NOT_FOUND', 'There is no webhook with this id.')
const deliveryNotFound = (): AppError =>
  new AppError('DELIVERY_NOT_FOUND', 'There is no delivery with this id: it may be older than 30 days.')
