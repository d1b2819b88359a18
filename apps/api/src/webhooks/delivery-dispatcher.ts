import { randomUUID } from 'node:crypto'
import type { WorkQueue } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { OutageLog } from '../ground/outage-log.ts'
import type { DeliveryJob } from './deliverer.ts'
import type { DeliveryRecord } from './delivery-record.ts'
import type { DeliveryStore } from './delivery-store.ts'

const PAGE = 200
/** A receiver that hangs occupies no more slots than these. */
const PER_LANE = 8
/** More would wait in Redis for longer than they are claimed. */
const MOST_WAITING = 100
/** A try takes 15 seconds at most, and may have to wait for its slot. */
const CLAIM_MS = 60_000

type Due = Pick<DeliveryRecord, 'id' | 'lane' | 'stream'>

/**
 * Puts the deliveries that are due on the queue. Every replica does: each delivery is claimed by
 * one of them, for a time. What Redis or a process loses is due again when that has passed.
 */
export class DeliveryDispatcher {
  readonly #deps
  readonly #outage: OutageLog
  #running: Promise<void> | undefined
  #again = false
  #stopped = false

  constructor(deps: { deliveries: DeliveryStore; queue: WorkQueue<DeliveryJob>; log: Logger; now: () => number }) {
    this.#deps = deps
    this.#outage = new OutageLog(deps.log, 'deliveries not dispatched; they stay due')
  }

  /** Looks for what is due, once more if it is already looking. Never throws. */
  run = (): Promise<void> => {
    this.#again = true
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped && this.#deps.queue.isReachable()) {
      this.#again = false
      try {
        while ((await this.#dispatchSome()) && !this.#stopped);
        this.#outage.worked()
      } catch (error) {
        this.#outage.failed(error)
      }
    }
  }

  /** Returns whether there may be more. */
  async #dispatchSome(): Promise<boolean> {
    const { deliveries, queue, now } = this.#deps
    const at = new Date(now())
    const sending = await deliveries.sending(at)
    const full = [...sending].filter(([, count]) => count >= PER_LANE).map(([lane]) => lane)
    const due = await deliveries.due(at, full, PAGE)
    if (due.length === 0 || (await queue.backlog()) >= MOST_WAITING) return false
    const chosen = chooseFrom(due, sending)
    const claim = randomUUID()
    const claimed = await deliveries.claim(chosen, claim, at, new Date(at.getTime() + CLAIM_MS))
    try {
      await queue.add(claimed.map((deliveryId) => ({ id: `${deliveryId}-${claim}`, deliveryId, claim })))
    } catch (error) {
      // Due at once, for when the queue is back.
      await deliveries.release(claimed, claim, at).catch(() => {})
      throw error
    }
    return claimed.length > 0 && due.length === PAGE
  }
}

/** One of each stream, as the others have to wait for it, and no more than a lane may have. */
export function chooseFrom(due: readonly Due[], sending: ReadonlyMap<string, number>): string[] {
  const streams = new Set<string>()
  const lanes = new Map(sending)
  return due.flatMap(({ id, lane, stream }) => {
    const count = lanes.get(lane) ?? 0
    if (streams.has(stream) || count >= PER_LANE) return []
    streams.add(stream)
    lanes.set(lane, count + 1)
    return [id]
  })
}
