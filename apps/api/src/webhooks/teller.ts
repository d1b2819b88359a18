import type { BatchEvent, TaskEvent } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { BatchRecord, BatchStore } from '../batches/batch-store.ts'
import type { TaskListener } from '../tasks/announce.ts'
import type { TaskRecord } from '../tasks/task.ts'
import type { DeliveryRecord } from './delivery-record.ts'
import type { DeliveryStore } from './delivery-store.ts'
import type { DueEventsStore } from './due-events-store.ts'
import { deliveriesOfBatch, deliveriesOfTask, untoldOf } from './receivers.ts'
import type { WebhookDirectory } from './webhook-directory.ts'

/** The messages to people about an event of a task, or about the end of a batch. */
export interface NotificationsOf {
  task: (task: TaskRecord, entry: TaskRecord['log'][number], now: Date) => DeliveryRecord[]
  batch: (batch: BatchRecord, event: BatchEvent, now: Date) => DeliveryRecord[]
}

/**
 * Turns events into deliveries. The write of an event marks its task as due; telling it first
 * writes the deliveries, and then removes the mark. So whatever dies in between, the task is told
 * again, and the same deliveries already exist.
 */
export class Teller {
  readonly #deps

  constructor(deps: {
    events: DueEventsStore
    batches: BatchStore
    deliveries: DeliveryStore
    directory: WebhookDirectory
    notifications: NotificationsOf
    /** Called when deliveries were written. */
    wake: () => void
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  /** Not awaited by writers: what is missed here is found due. */
  onTask: TaskListener = (task: TaskRecord, _event: TaskEvent): void => {
    if (!task.tellDueAt) return
    this.tellTask(task).catch((error: unknown) => this.#missed({ taskId: task.id }, error))
  }

  onBatch = (batch: BatchRecord, event: BatchEvent): void => {
    this.tellBatch(batch, event).catch((error: unknown) => this.#missed({ batchId: batch.id }, error))
  }

  async tellTask(task: TaskRecord): Promise<void> {
    const { events, directory, notifications, now } = this.#deps
    const at = new Date(now())
    const webhooks = directory.of(task.tenant)
    await this.#write(
      untoldOf(task).flatMap((entry) => [
        ...deliveriesOfTask(task, entry, webhooks, at),
        ...notifications.task(task, entry, at),
      ]),
    )
    await events.told(task)
  }

  async tellBatch(batch: BatchRecord, event?: BatchEvent): Promise<void> {
    const { batches, directory, notifications, now } = this.#deps
    const at = new Date(now())
    const ended = event ?? (await this.#endOf(batch))
    await this.#write([
      ...deliveriesOfBatch(ended, batch.callbackUrl, directory.of(batch.tenant), at),
      ...notifications.batch(batch, ended, at),
    ])
    await batches.told(batch.id)
  }

  async #endOf({ id: batchId, tenant, completedAt, total }: BatchRecord): Promise<BatchEvent> {
    const { counts } = await this.#deps.batches.tally(tenant, batchId)
    const timestamp = (completedAt ?? new Date(this.#deps.now())).getTime()
    return { eventType: 'batch.completed', batchId, tenant, timestamp, total: total ?? 0, counts }
  }

  async #write(deliveries: DeliveryRecord[]): Promise<void> {
    if (deliveries.length === 0) return
    await this.#deps.deliveries.insert(deliveries)
    this.#deps.wake()
  }

  #missed(what: object, error: unknown): void {
    this.#deps.log.debug({ ...what, err: error }, 'webhooks not told; trying again')
  }
}
