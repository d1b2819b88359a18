import { createWorkQueue, type RedisNames } from '@darkroom/messaging'
import type { Outgoing } from '@darkroom/outgoing'
import type { Logger } from '@darkroom/runtime'
import type { Registry } from '@prometheus-io/client'
import type { Redis } from 'ioredis'
import type { BatchStore } from '../batches/batch-store.ts'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import { CallbackSecrets } from './callback-secrets.ts'
import type { CheckUrl } from '../tasks/check-url.ts'
import { Deliverer, type DeliveryJob, type Notify } from './deliverer.ts'
import { createDeliveryMetrics } from './delivery-metrics.ts'
import { DeliveryDispatcher } from './delivery-dispatcher.ts'
import { DeliveryLogStore } from './delivery-log-store.ts'
import { DeliveryStore } from './delivery-store.ts'
import { DueEventsStore } from './due-events-store.ts'
import { Teller, type NotificationsOf } from './teller.ts'
import { WebhookDesk } from './webhook-desk.ts'
import type { WebhookDirectory } from './webhook-directory.ts'
import { WebhookKeeper } from './webhook-keeper.ts'
import type { WebhookStore } from './webhook-store.ts'

/** They mostly wait for receivers. */
const SLOTS = 64

/** Tells receivers outside of what happens to tasks and batches. */
export function createWebhooks(parts: {
  env: {
    WEBHOOK_RETRY_SECONDS: readonly number[]
    SWEEP_INTERVAL_MS: number
  }
  outgoing: Outgoing
  checkUrl: CheckUrl
  notifications: { of: NotificationsOf; send: Record<'email' | 'sms', Notify>; delaysMs: readonly number[] }
  redis: { producer: Redis; consumer: Redis }
  names: RedisNames
  mongo: MongoConnection
  webhooks: WebhookStore
  directory: WebhookDirectory
  batches: BatchStore
  registry: Registry
  log: Logger
  now: () => number
}) {
  const { env, redis, names, mongo, webhooks, directory, batches, outgoing, checkUrl, notifications, log, now } = parts
  const deliveries = new DeliveryStore(mongo)
  const deliveryLog = new DeliveryLogStore(mongo)
  const events = new DueEventsStore(mongo)
  const callbackSecrets = new CallbackSecrets(webhooks)
  const delaysMs = env.WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1000)
  const wake = (): void => void dispatcher.run()
  const { attempted } = createDeliveryMetrics(parts.registry)
  const deliverer = new Deliverer({
    ...{ deliveries, deliveryLog, webhooks, directory, callbackSecrets, outgoing, wake, attempted, log, now },
    notify: notifications.send,
    delaysMs: { http: delaysMs, email: notifications.delaysMs, sms: notifications.delaysMs },
  })
  const queue = createWorkQueue<DeliveryJob>({
    ...redis,
    names,
    name: names.deliveries,
    slots: SLOTS,
    work: deliverer.attempt,
    onError: (error) => log.debug({ err: error }, 'delivery not attempted; it is due again later'),
  })
  const dispatcher = new DeliveryDispatcher({ deliveries, queue, log, now })
  const teller = new Teller({
    ...{ events, batches, deliveries, directory, wake, log, now },
    notifications: notifications.of,
  })
  const intervalMs = env.SWEEP_INTERVAL_MS
  const keeper = new WebhookKeeper({ events, batches, directory, teller, dispatcher, intervalMs, log, now })
  // What became due while the queue was unreachable.
  redis.producer.on('ready', wake)
  const maxAttempts = delaysMs.length + 1
  return {
    desk: new WebhookDesk({
      ...{ webhooks, deliveries, deliveryLog, directory, callbackSecrets, checkUrl, maxAttempts, wake, now },
    }),
    onTask: teller.onTask,
    onBatch: teller.onBatch,
    prepare: () => Promise.all([webhooks.prepare(), deliveries.prepare(), directory.load()]),
    start: (): void => {
      keeper.start()
      queue.start()
    },
    stop: async (): Promise<void> => {
      await keeper.stop()
      await dispatcher.stop()
      deliverer.stop()
      await outgoing.close()
      await queue.stop()
    },
  }
}
