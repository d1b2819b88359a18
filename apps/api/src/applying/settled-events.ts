import type { TaskEvent } from '@darkroom/contracts'
import { LRUCache } from 'lru-cache'

const REMEMBERED = 10_000

/**
 * Events that this process knows to be applied. The same event arrives by several carriers, often
 * at the same time; the store would reject the second one, but this saves the query. Forgetting an
 * event only costs a query: correctness depends on the store's fence.
 */
export class SettledEvents {
  readonly #seqByEpoch = new LRUCache<string, number>({ max: REMEMBERED })
  readonly #running = new Map<string, Promise<unknown>>()

  /**
   * Applies an event unless it, or a later one of its epoch, has been applied here. Concurrent
   * callers share the result.
   */
  async once<T>(event: TaskEvent, apply: () => Promise<T>): Promise<T | undefined> {
    const epoch = `${event.taskId} ${event.epoch}`
    if ((this.#seqByEpoch.get(epoch) ?? -1) >= event.seq) return undefined
    const name = `${epoch} ${event.seq}`
    const running = this.#running.get(name)
    if (running) return running.then(() => undefined)
    const applying = apply().finally(() => this.#running.delete(name))
    this.#running.set(name, applying)
    const applied = await applying
    this.#seqByEpoch.set(epoch, Math.max(this.#seqByEpoch.get(epoch) ?? -1, event.seq))
    return applied
  }
}
