import { setTimeout as pause } from 'node:timers/promises'
import type { TaskEvent } from '@darkroom/contracts'

/**
 * Holds the news that a run has started back for a moment. Most photos are done by then, and their
 * start and end become one write instead of two; of all others it is written a moment later. What
 * is held when this process dies is lost, as any message may be.
 */
export class HeldStarts {
  readonly #holdMs: number
  readonly #held = new Map<string, { start: TaskEvent; release: AbortController }>()

  constructor(holdMs: number) {
    this.#holdMs = holdMs
  }

  /** Waits until the start is to be written (true), or was taken by what came after it (false). */
  async isStillNews(start: TaskEvent): Promise<boolean> {
    if (this.#holdMs === 0) return true
    const release = new AbortController()
    this.#held.set(epochOf(start), { start, release })
    await pause(this.#holdMs, undefined, { signal: release.signal }).catch(() => {})
    if (release.signal.aborted) return false
    if (this.#held.get(epochOf(start))?.start === start) this.#held.delete(epochOf(start))
    return true
  }

  /**
   * The start that is held of an epoch of which there is later news. Whoever takes it writes it.
   */
  takeBefore(event: TaskEvent): TaskEvent | undefined {
    const held = this.#held.get(epochOf(event))
    if (held === undefined || held.start.seq >= event.seq) return undefined
    this.#held.delete(epochOf(event))
    held.release.abort()
    return held.start
  }
}

const epochOf = ({ taskId, epoch }: TaskEvent): string => `${taskId} ${epoch}`
