import { createHash, randomUUID } from 'node:crypto'
import { tenantKey } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import { CacheBudget } from './cache-budget.ts'
import type { TaskFilter } from './task-store.ts'
import type { TaskRecord } from './task.ts'

const TTL_MS = { task: 60_000, list: 30_000, count: 45_000 } as const
/**
 * Longer than any entry lives: a generation that was lost is replaced by a random one, so it cannot
 * make an old entry valid again.
 */
const GENERATION_TTL_MS = 5 * 60_000
const RETRY_MS = 1000
/** Generations renewed per command; each is an argument. */
const PIECE = 500
/** Above this it is cheaper to renew everything; it also bounds memory during an outage. */
const MOST_OWED = 10_000
/** By then, a write that the server received but did not confirm has been applied. */
const DOUBT_MS = 3000
/** Gives several generations a new value with one command. */
const RENEW = "for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end"

export type OnRead = (entry: keyof typeof TTL_MS, hit: boolean) => void

/** Callbacks for reads and changes. */
export interface CacheWatch {
  onRead?: OnRead
  onTaskChanged?: (tenant: string, id: string, task?: TaskRecord) => void
}

/**
 * Cache-aside over Redis without the usual race. Each entry carries the generation that was current
 * BEFORE its value was read from the database, and a write replaces the generation AFTER it changed
 * the database. So a reader that was overtaken by a write leaves an entry that is never used.
 * Invalidation is one write, however many entries there are. While Redis is unreachable, reads go
 * to the database.
 */
export class TaskCache {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #log: Logger
  readonly #watch: CacheWatch
  readonly #budget = new CacheBudget()
  readonly #loading = new Map<string, Promise<string | undefined>>()
  /**
   * Generations still to be replaced, each with the number of the latest change that requires it: a
   * reply for an earlier change does not settle a later one. What fails while Redis is unreachable
   * or hangs is retried.
   */
  readonly #owed = new Map<string, number>()
  /** A generation that is part of the generation of every entry. */
  readonly #everything: string
  #changes = 0
  #retry: NodeJS.Timeout | undefined
  readonly #doubts = new Set<NodeJS.Timeout>()
  #isStopped = false

  constructor(redis: Redis, prefix: string, log: Logger, watch: CacheWatch = {}) {
    this.#redis = redis
    this.#prefix = prefix
    this.#log = log
    this.#watch = watch
    this.#everything = `${prefix}generation`
    redis.on('ready', () => void this.#payAll())
  }

  /** JSON as it is sent, which is all that most readers need. undefined if `load` finds nothing. */
  taskJson(tenant: string, id: string, load: () => Promise<object | undefined>): Promise<string | undefined> {
    return this.#wrap('task', this.#key(tenant, `task:${id}`), this.#taskGeneration(tenant, id), load)
  }

  async list<T extends object>(filter: TaskFilter, page: object, load: () => Promise<T>): Promise<T> {
    const key = this.#key(filter.tenant, `tasks:list:${hashOf({ ...filter, ...page })}`)
    return JSON.parse((await this.#wrap('list', key, this.#listGeneration(filter.tenant), load)) as string) as T
  }

  /**
   * Kept for its whole TTL, whatever changes: with a steady stream of new tasks, each would
   * invalidate every total.
   */
  async count(filter: TaskFilter, load: () => Promise<number>): Promise<number> {
    const key = this.#key(filter.tenant, `tasks:count:${hashOf(filter)}`)
    const known = Number((await this.#attempt(() => this.#redis.get(key))) ?? Number.NaN)
    const isKnown = Number.isInteger(known)
    this.#watch.onRead?.('count', isKnown)
    if (isKnown) return known
    const loaded = await this.#once(key, async () => {
      const count = String(await load())
      await this.#attempt(() => this.#redis.set(key, count, 'PX', TTL_MS.count))
      return count
    })
    return Number(loaded)
  }

  /** Call after a task was created: it is not cached yet, but lists and counts are outdated. */
  async taskCreated(tenant: string): Promise<void> {
    await this.#renew([this.#listGeneration(tenant)])
  }

  /**
   * Call after a task was changed in the database, with the new `task` if it is known, and with
   * `listed: false` if lists and counts do not show the change.
   */
  async taskChanged(
    tenant: string,
    id: string,
    { listed = true, task }: { listed?: boolean; task?: TaskRecord } = {},
  ): Promise<void> {
    await this.#renew([this.#taskGeneration(tenant, id), ...(listed ? [this.#listGeneration(tenant)] : [])])
    // Only now, so that followers who then read the task get its new state.
    this.#watch.onTaskChanged?.(tenant, id, task)
  }

  /**
   * Call if a change may or may not have been applied because its reply was lost. It may even be
   * applied later, after a reader has cached the old task again, so the task is invalidated twice.
   */
  taskInDoubt(tenant: string, id: string): void {
    void this.taskChanged(tenant, id)
    if (this.#isStopped) return
    const again = setTimeout(() => {
      this.#doubts.delete(again)
      void this.taskChanged(tenant, id)
    }, DOUBT_MS)
    this.#doubts.add(again)
  }

  /** Stops retrying; entries that should have been invalidated expire within a minute. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#retry)
    for (const again of this.#doubts) clearTimeout(again)
    this.#doubts.clear()
  }

  async #wrap(
    kind: 'task' | 'list',
    key: string,
    generationKey: string,
    load: () => Promise<object | undefined>,
  ): Promise<string | undefined> {
    const seen = await this.#attempt(() => this.#read(key, generationKey))
    const isOwed = this.#owed.has(generationKey) || this.#owed.has(this.#everything)
    this.#watch.onRead?.(kind, seen?.json !== undefined && !isOwed)
    if (!seen || isOwed) return JSON.stringify(await load())
    if (seen.json !== undefined) return seen.json
    // Readers that saw the same generation share one load; a newer generation starts its own.
    return this.#once(`${key} ${seen.generation}`, async () => {
      const json = JSON.stringify(await load()) as string | undefined
      if (json !== undefined && this.#budget.hasRoomFor(json))
        await this.#attempt(() => this.#redis.set(key, `${headOf(seen.generation)}${json}}`, 'PX', TTL_MS[kind]))
      return json
    })
  }

  async #read(key: string, generationKey: string): Promise<{ generation: string; json?: string }> {
    const [entry, current, everything] = await this.#redis.mget(key, generationKey, this.#everything)
    const generation = (current ?? (await this.#newGeneration(generationKey))) + (everything ?? '')
    const head = headOf(generation)
    return entry?.startsWith(head) ? { generation, json: entry.slice(head.length, -1) } : { generation }
  }

  /** Of two concurrent readers, the first one's generation is used by both. */
  async #newGeneration(key: string): Promise<string> {
    const made = randomUUID()
    return (await this.#redis.set(key, made, 'PX', GENERATION_TTL_MS, 'NX', 'GET')) ?? made
  }

  async #renew(generations: readonly string[]): Promise<void> {
    if (this.#owed.size >= MOST_OWED) this.#owed.clear()
    else if (!this.#owed.has(this.#everything)) return this.#owe(generations)
    await this.#owe([this.#everything])
  }

  async #owe(generations: readonly string[]): Promise<void> {
    for (const key of generations) this.#owed.set(key, ++this.#changes)
    await this.#pay(generations)
  }

  /** Piece by piece, until one fails. */
  async #payAll(): Promise<void> {
    const keys = [...this.#owed.keys()]
    for (let from = 0; from < keys.length && this.#redis.status === 'ready'; from += PIECE)
      await this.#pay(keys.slice(from, from + PIECE))
  }

  async #pay(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    const asked = keys.map((key) => this.#owed.get(key))
    const [first, second] = keys as [string, string | undefined]
    await this.#attempt(async () => {
      if (second === undefined) await this.#redis.set(first, randomUUID(), 'PX', GENERATION_TTL_MS)
      else await this.#redis.eval(RENEW, keys.length, ...keys, randomUUID(), GENERATION_TTL_MS)
      keys.forEach((key, index) => this.#settle(key, asked[index]))
    })
    if (this.#owed.size > 0 && this.#retry === undefined && !this.#isStopped)
      this.#retry = setTimeout(() => this.#payLater(), RETRY_MS)
  }

  #settle(key: string, change: number | undefined): void {
    if (this.#owed.get(key) === change) this.#owed.delete(key)
  }

  /**
   * While Redis is unreachable, its reconnect retries; a connection that only hung does not
   * reconnect.
   */
  #payLater(): void {
    this.#retry = undefined
    if (this.#redis.status === 'ready') void this.#payAll()
  }

  async #once(name: string, load: () => Promise<string | undefined>): Promise<string | undefined> {
    const running = this.#loading.get(name)
    if (running) return running
    const started = load()
    this.#loading.set(name, started)
    // Redis replies in order: a reader that looked before the entry was stored gets its reply in
    // this turn of the event loop at the latest, and still joins.
    const forget = () => void setImmediate(() => this.#loading.delete(name))
    started.then(forget, forget)
    return started
  }

  /** The cache is optional: an error counts as a miss. */
  async #attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step()
    } catch (error) {
      this.#log.debug({ err: error }, 'cache is unreachable')
      return undefined
    }
  }

  #key(tenant: string, key: string): string {
    return this.#prefix + tenantKey(tenant, key)
  }

  #taskGeneration(tenant: string, id: string): string {
    return this.#key(tenant, `task:${id}:generation`)
  }

  #listGeneration(tenant: string): string {
    return this.#key(tenant, 'tasks:generation')
  }
}

/** How an entry begins. It is JSON, but is passed from Redis to the client without being parsed. */
const headOf = (generation: string): string => `{"generation":"${generation}","value":`

/**
 * Equal queries have equal hashes, whatever the order of their fields. MD5 because the documented
 * key requires it; it protects nothing.
 */
function hashOf(question: object): string {
  const entries = Object.entries(question).filter(([, value]) => value !== undefined)
  return createHash('md5')
    .update(JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
}
