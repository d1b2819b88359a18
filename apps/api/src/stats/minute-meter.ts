import type { Logger } from '@darkroom/runtime'
import { OutageLog } from '../ground/outage-log.ts'
import type { TaskListener } from '../tasks/announce.ts'
import type { Ended, MinuteStore } from './minute-store.ts'

/** How often this process stores what it has counted. */
const EVERY_MS = 5000
export const MINUTE_MS = 60_000
/** Tenants times minutes; what ends after that while MongoDB is away is not in the graph. */
const MOST = 10_000

/** The beginning of the minute. */
export const minuteOf = (ms: number): Date => new Date(ms - (ms % MINUTE_MS))

/**
 * Counts the tasks whose end this process writes, by tenant and minute. They are stored together
 * every few seconds; a process that is killed loses what it has not stored.
 */
export class MinuteMeter {
  readonly #deps
  readonly #outage: OutageLog
  #pending = new Map<string, { tenant: string; at: Date; ended: Ended }>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(deps: { store: MinuteStore; log: Logger; now: () => number }) {
    this.#deps = deps
    this.#outage = new OutageLog(deps.log, 'statistics of the last minutes not stored; they are kept until they can be')
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(), EVERY_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.write()
  }

  onTask: TaskListener = ({ tenant, source, files, waitMs, processingTimeMs }, { eventType }) => {
    if (eventType === 'task.completed')
      this.#add(tenant, {
        completed: 1,
        failed: 0,
        bytesIn: source.bytes ?? 0,
        bytesOut: files.reduce((sum, { bytes }) => sum + bytes, 0),
        waitMs: waitMs ?? 0,
        runMs: processingTimeMs ?? 0,
      })
    if (eventType === 'task.failed')
      this.#add(tenant, { completed: 0, failed: 1, bytesIn: 0, bytesOut: 0, waitMs: 0, runMs: 0 })
  }

  /** Stores what has been counted. Never throws. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    const counted = this.#pending
    if (counted.size === 0) return
    this.#pending = new Map()
    try {
      await this.#deps.store.add([...counted.values()])
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error)
      for (const { tenant, at, ended } of counted.values()) this.#add(tenant, ended, at)
    }
  }

  #add(tenant: string, ended: Ended, at = minuteOf(this.#deps.now())): void {
    const key = `${tenant} ${at.getTime()}`
    const known = this.#pending.get(key)?.ended
    if (known) for (const of of Object.keys(ended) as (keyof Ended)[]) known[of] += ended[of]
    else if (this.#pending.size < MOST) this.#pending.set(key, { tenant, at, ended: { ...ended } })
  }
}
