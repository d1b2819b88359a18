import { readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { FOLDERS, isVariantKey, ownerOf } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { ListedFile, Storage } from '@darkroom/storage'
import type { FileRemover } from './file-remover.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { OutageLog } from '../ground/outage-log.ts'
import type { Pass, SharedTurn } from './shared-turn.ts'

const TEMP_EVERY_MS = 5 * 60_000
const LOW_ROOM_EVERY_MS = 30_000
const TURN_EVERY_MS = 30_000
const LOOKUP_BATCH = 500
const SCANNED = [FOLDERS.originals, FOLDERS.variants, FOLDERS.tenants]
const NONE: ReadonlySet<string> = new Set()

/**
 * Removes what crashes left on disk: unfinished uploads, originals whose document was never
 * written, variants without a document. Only files that have not been touched for a good while are
 * considered. One process at a time scans the storage, once per interval for the whole
 * installation.
 */
export class Janitor {
  readonly #deps
  #timers: NodeJS.Timeout[] = []
  #running: Promise<unknown> = Promise.resolve()
  #stopped = false
  #lookedAt = 0
  /** When files that were left behind here are old enough to be removed. */
  #left: { first: number; last: number } | undefined
  readonly #trouble: OutageLog

  constructor(deps: {
    turn: SharedTurn
    store: TaskStore
    storage: Storage
    remover: FileRemover
    /** Uploads in several requests that were never completed. Returns the number of files. */
    removeExpiredUploads: (onError: (error: unknown) => void) => Promise<number>
    /**
     * Whether the data folder belongs to this installation: in any other, every file looks like an
     * orphan.
     */
    isOurs: () => Promise<boolean>
    tempFolder: string
    tempAgeMs: number
    orphanAgeMs: number
    intervalMs: number
    log: Logger
  }) {
    this.#deps = deps
    this.#trouble = new OutageLog(deps.log, 'janitor could not scan or remove everything; it will run again')
  }

  start(): void {
    this.#stopped = false
    const { intervalMs } = this.#deps
    this.#every(Math.min(TEMP_EVERY_MS, intervalMs), () => this.removeOldUploads())
    this.#every(Math.min(TURN_EVERY_MS, intervalMs / 4), () => this.#whenDue())
    this.#run(() => this.removeOldUploads())
    this.#run(() => this.#whenDue())
  }

  /** To be called when Redis, which knows whether a pass is due, is back. */
  redisIsBack(): void {
    if (this.#timers.length > 0) this.#run(() => this.#whenDue())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
    await this.#running
  }

  /**
   * To be called when the disk is full: unused files are removed first. May be called at any time.
   */
  roomIsLow(): void {
    if (Date.now() - this.#lookedAt < LOW_ROOM_EVERY_MS) return
    this.#lookedAt = Date.now()
    this.#run(() => this.removeOldUploads())
    this.passNow()
  }

  /** A pass at once, unless another process is at it. Does not wait for it. */
  passNow(): void {
    this.#run(async () => void (await this.#deps.turn.now(() => this.#removeOrphans())))
  }

  /**
   * To be called when a file may have been left without a document. There is a pass as soon as it
   * is old enough: the one that is due may be far off, if the last took long, such as in the outage
   * that is the reason for the file.
   */
  filesLeft(): void {
    const last = Date.now() + this.#deps.orphanAgeMs
    this.#left = { first: this.#left?.first ?? last, last }
  }

  /** Temporary files of dead processes, and of requests whose end went unnoticed. */
  async removeOldUploads(): Promise<void> {
    const { tempFolder, tempAgeMs } = this.#deps
    let removed = 0
    for (const boot of await namesIn(tempFolder)) {
      const folder = join(tempFolder, boot)
      for (const name of await namesIn(folder)) removed += await removeIfOld(join(folder, name), tempAgeMs)
      // Only removes empty folders, and one that is still in use is created again by the next
      // upload.
      if (await isOld(folder, tempAgeMs)) await rmdir(folder).catch(() => {})
    }
    this.#tell(removed)
  }

  /** Without Redis it is unknown whose turn it is. Leftovers of crashes can wait. */
  async #whenDue(): Promise<void> {
    const { turn } = this.#deps
    if (!turn.isKnown) return
    if (this.#left === undefined || Date.now() < this.#left.first) return turn.whenDue(() => this.#removeOrphans())
    const startedAt = Date.now()
    let failed = false
    const isDone = await turn.now(() => this.#removeOrphans(() => (failed = true)))
    // Those that were too young for it need another pass.
    if (isDone && !failed)
      this.#left = this.#left.last > startedAt ? { ...this.#left, first: this.#left.last } : undefined
  }

  /** A pass that failed waits for the next interval like any other. */
  async #removeOrphans(onFailure: () => void = () => {}): Promise<Pass> {
    let [failures, removed] = [0, 0]
    let first: unknown
    const onError = (error: unknown): void => {
      if (failures++ === 0) first = error
    }
    await this.#walk(onError).then((files) => (removed = files), onError)
    this.#tell(removed)
    if (failures > 0) {
      this.#trouble.failed(first, { failures })
      onFailure()
    } else if (!this.#stopped) this.#trouble.worked()
    if (this.#stopped) return 'broken off'
    return removed > 0 ? 'something done' : 'nothing to do'
  }

  /**
   * Files with a final name but without a document. A document is written right after its file, or
   * almost never.
   */
  async #walk(onError: (error: unknown) => void): Promise<number> {
    const { storage, orphanAgeMs } = this.#deps
    let removed = await storage.removeLeftovers(orphanAgeMs, onError)
    removed += await this.#deps.removeExpiredUploads(onError)
    const old = (file: ListedFile): boolean => Date.now() - file.storedAt.getTime() > orphanAgeMs
    for (const folder of SCANNED)
      for await (const files of batches(storage.list(folder, onError), old)) {
        if (this.#stopped) return removed
        removed += await this.#removeUnlisted(
          files.map(({ key }) => key),
          onError,
        )
      }
    return removed
  }

  /** Of these files, the originals and variants without a document. */
  async #removeUnlisted(keys: readonly string[], onError: (error: unknown) => void): Promise<number> {
    const { store, remover } = this.#deps
    const owned = keys.flatMap((key) => {
      const owner = ownerOf(key)
      return owner === undefined ? [] : [{ key, owner }]
    })
    const variants = keys.filter(isVariantKey)
    const known = owned.length > 0 ? await store.existing(owned.map(({ owner }) => owner)) : NONE
    const listed = variants.length > 0 ? await store.listedFiles(variants) : NONE
    let removed = 0
    for (const { key, owner } of owned)
      if (!known.has(owner)) removed += await this.#remove(key, onError, () => remover.removeOrphan(key))
    for (const key of variants)
      if (!listed.has(key))
        removed += await this.#remove(key, onError, async () => (await remover.removeVariant(key)).files)
    return removed
  }

  /** A file that cannot be removed does not block the others. */
  async #remove(key: string, onError: (error: unknown) => void, remove: () => Promise<number>): Promise<number> {
    try {
      const files = await remove()
      if (files > 0) this.#deps.log.info({ key }, 'janitor removed an orphaned file')
      return files
    } catch (error) {
      this.#deps.log.debug({ key, err: error }, 'janitor could not remove a file')
      onError(error)
      return 0
    }
  }

  #tell(removed: number): void {
    if (removed > 0) this.#deps.log.info({ removed }, 'janitor finished')
  }

  #every(ms: number, clean: () => Promise<void>): void {
    this.#timers.push(setInterval(() => this.#run(clean), ms))
  }

  /** One after the other, and none after stop. */
  #run(clean: () => Promise<void>): void {
    this.#running = this.#running.then(async () => {
      if (this.#stopped || !(await this.#deps.isOurs())) return
      await clean().catch((error: unknown) => this.#deps.log.debug({ err: error }, 'janitor failed; it will run again'))
    })
  }
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

async function isOld(path: string, ageMs: number): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined)
  return facts !== undefined && Date.now() - facts.mtimeMs > ageMs
}

async function removeIfOld(path: string, ageMs: number): Promise<number> {
  if (!(await isOld(path, ageMs))) return 0
  return unlink(path).then(
    () => 1,
    () => 0,
  )
}

async function* batches(
  files: AsyncIterable<ListedFile>,
  wanted: (file: ListedFile) => boolean,
): AsyncGenerator<ListedFile[]> {
  let batch: ListedFile[] = []
  for await (const file of files) {
    if (wanted(file)) batch.push(file)
    if (batch.length < LOOKUP_BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
