import { perKind, type TaskKind } from '@darkroom/contracts'
import type { QueueEventsListener } from './queue-events-listener.ts'

export type Listeners = ReturnType<typeof createListeners>

/** The listeners of all queues, individually and as one. */
export function createListeners(make: (kind: TaskKind) => QueueEventsListener) {
  const { of, all } = perKind(make)
  return {
    of,

    /** Whether any of them is behind. */
    isBehind: (): boolean => all.some((listener) => listener.isBehind),

    /** Up to this time (ms since 1970) every event of every queue has been applied. */
    appliedUntil: (): number => Math.min(...all.map((listener) => listener.appliedUntil)),

    /** See `QueueEventsListener`. */
    async repairGaps(repair: () => Promise<void>): Promise<void> {
      for (const listener of all) await listener.repairGap(repair)
    },

    start: (): Promise<unknown> => Promise.all(all.map((listener) => listener.start())),
    stop: (): Promise<unknown> => Promise.all(all.map((listener) => listener.stop())),
  }
}
