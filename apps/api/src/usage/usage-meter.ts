import type { Logger } from '@darkroom/runtime'
import { OutageLog } from '../ground/outage-log.ts'
import { remember } from '../ground/remember.ts'
import { isFirst, type TaskListener } from '../tasks/announce.ts'
import type { Amount, UsageStore } from './usage-store.ts'

/** How often this process stores what it has counted, and reads what others have. */
const EVERY_MS = 1000
const DAY_CHARACTERS = '2026-05-04'.length

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, DAY_CHARACTERS)

/** Milliseconds until the next day begins, in UTC. */
export const restOfDayMs = (ms: number): number => Date.parse(`${dayOf(ms)}T00:00:00Z`) + 24 * 3_600_000 - ms

/**
 * Counts the tasks that this process accepts, by tenant and day. They are stored together once a
 * second, so that no upload waits for it; a process that is killed loses the last second.
 */
export class UsageMeter {
  readonly #deps
  readonly #outage: OutageLog
  /** By tenant: what is not stored yet. */
  #pending = new Map<string, Amount & { day: string }>()
  /** By tenant: settles when what is being stored is. */
  readonly #storing = new Map<string, Promise<boolean>>()
  readonly #known = new Map<string, { day: string; read: () => Promise<Amount> }>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(deps: { store: UsageStore; log: Logger; now: () => number }) {
    this.#deps = deps
    this.#outage = new OutageLog(deps.log, 'usage not stored; it is kept until it can be')
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(), EVERY_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.write()
  }

  onTask: TaskListener = ({ tenant, source }, event) => {
    if (isFirst(event)) this.#add(tenant, { day: this.#today, tasks: 1, bytes: source.bytes ?? 0 })
    // The size of a photo at a URL is known when it has been downloaded, which is once.
    else if (event.eventType === 'task.completed' && event.source && event.epoch === 1)
      this.#add(tenant, { day: this.#today, tasks: 0, bytes: event.source.bytes })
  }

  /** What a tenant has uploaded today, through all processes: as of a second ago at most. */
  async today(tenant: string): Promise<Amount> {
    // It is neither pending any more nor certain to be read.
    await this.#storing.get(tenant)
    const day = this.#today
    const pending = this.#pending.get(tenant)
    if (this.#known.get(tenant)?.day !== day)
      this.#known.set(tenant, { day, read: remember(EVERY_MS, () => this.#deps.store.of(tenant, day)) })
    const { tasks = 0, bytes = 0 } = (await this.#known.get(tenant)?.read()) ?? {}
    return pending?.day === day ? { tasks: tasks + pending.tasks, bytes: bytes + pending.bytes } : { tasks, bytes }
  }

  /** Stores what has been counted. Never throws. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    for (const [tenant, amount] of this.#pending) {
      const storing = this.#store(tenant, amount)
      this.#storing.set(tenant, storing)
      const isStored = await storing
      this.#storing.delete(tenant)
      if (!isStored) return
    }
  }

  async #store(tenant: string, amount: Amount & { day: string }): Promise<boolean> {
    this.#pending.delete(tenant)
    try {
      await this.#deps.store.add(tenant, amount.day, amount)
      this.#known.delete(tenant)
      this.#outage.worked()
      return true
    } catch (error) {
      this.#outage.failed(error)
      this.#add(tenant, amount)
      return false
    }
  }

  /** At midnight, what was counted before is stored with the new day. */
  #add(tenant: string, { day, tasks, bytes }: Amount & { day: string }): void {
    const { tasks: more = 0, bytes: moreBytes = 0 } = this.#pending.get(tenant) ?? {}
    this.#pending.set(tenant, { day, tasks: tasks + more, bytes: bytes + moreBytes })
  }

  get #today(): string {
    return dayOf(this.#deps.now())
  }
}
