import type { Logger } from '@darkroom/runtime'
import type { BatchStore } from '../batches/batch-store.ts'
import { eachDue } from '../ground/each-due.ts'
import { RepeatedPass } from '../ground/repeated-pass.ts'
import type { DeliveryDispatcher } from './delivery-dispatcher.ts'
import type { DueEventsStore } from './due-events-store.ts'
import type { Teller } from './teller.ts'
import type { WebhookDirectory } from './webhook-directory.ts'

const PIECE = 200
/** Whoever wrote an event is usually telling it at this moment. */
const LEFT_OVER_MS = 1000

/**
 * Finds what was left over: events that nobody told, because a process died or the store was away,
 * and deliveries that are due. Every replica runs one; doing the same twice changes nothing.
 */
export class WebhookKeeper extends RepeatedPass {
  readonly #deps

  constructor(deps: {
    events: DueEventsStore
    batches: BatchStore
    directory: WebhookDirectory
    teller: Teller
    dispatcher: DeliveryDispatcher
    intervalMs: number
    log: Logger
    now: () => number
  }) {
    super(deps.intervalMs)
    this.#deps = deps
  }

  protected async checkDue(): Promise<void> {
    const { events, batches, directory, teller, dispatcher, log, now } = this.#deps
    try {
      await directory.refresh()
      const at = new Date(now() - LEFT_OVER_MS)
      for await (const task of eachDue((skip) => events.due(at, PIECE, skip))) {
        if (this.isStopped) return
        await this.#attempt({ taskId: task.id }, () => teller.tellTask(task))
      }
      for await (const batch of eachDue((skip) => batches.dueToTell(at, PIECE, skip))) {
        if (this.isStopped) return
        await this.#attempt({ batchId: batch.id }, () => teller.tellBatch(batch))
      }
      await dispatcher.run()
    } catch (error) {
      log.debug({ err: error }, 'webhooks not checked; trying again')
    }
  }

  /** One that cannot be told must not block those after it. */
  async #attempt(what: object, tell: () => Promise<void>): Promise<void> {
    await tell().catch((error: unknown) =>
      this.#deps.log.warn({ ...what, err: error }, 'webhooks not told; trying again'),
    )
  }
}
