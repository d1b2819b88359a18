import { setTimeout as pause } from 'node:timers/promises'
import type { TaskEvent } from '@darkroom/contracts'

/**
 * Holds back the start of a run for a moment. Most photos are finished by then, so that their start
 * and end become one write instead of two; all others are written a moment later. If this process
 * dies, held starts are lost, as any message may be.
 */
export class HeldStarts {
  readonly #holdMs: number
  readonly #held = new Map<string, { start: TaskEvent; release: AbortController }>()

  constructor(holdMs: number) {
    this.#holdMs = holdMs
  }

  /** Waits until the start has to be written (true), or was taken by a later event (false). */
  async isStillNews(start: TaskEvent): Promise<boolean> {
    if (this.#holdMs === 0) return true
    const release = new AbortController()
    this.#held.set(epochOf(start), { start, release })
    await pause(this.#holdMs, undefined, { signal: release.signal }).catch(() => {})
    if (release.signal.aborted) return false
    if (this.#held.get(epochOf(start))?.start === start) this.#held.delete(epochOf(start))
    return true
  }

  /** The held start of an epoch that has a later event. The caller writes it. */
  takeBefore(event: TaskEvent): TaskEvent | undefined {
    const held = this.#held.get(epochOf(event))
    if (held === undefined || held.start.seq >= event.seq) return undefined
    this.#held.delete(epochOf(event))
    held.release.abort()
    return held.start
  }
}

const epochOf = ({ taskId, epoch }: TaskEvent): string => `${taskId} ${epoch}`
