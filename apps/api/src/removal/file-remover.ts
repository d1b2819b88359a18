import { FOLDERS, isPending, keyBeforeTrash, ownerOf, trashKey } from '@darkroom/contracts'
import { CLOCK_SKEW_MS, noneIfMissing, type Storage } from '@darkroom/storage'
import type { ExpiryStore } from './expiry-store.ts'
import { ownFilesOf } from '../tasks/own-files.ts'
import type { TaskRecord } from '../tasks/task.ts'

/** The result of a removal. */
export interface Removal {
  files: number
  bytes: number
  /** False if a file has to be kept for now, because an unfinished task may come to list it. */
  complete: boolean
}

const NOTHING: Removal = { files: 0, bytes: 0, complete: true }
const LATER: Removal = { ...NOTHING, complete: false }

/**
 * A run that found a file has ended by then, or is repeated, and finds or creates the file again.
 */
const SETTLED_MS = 45_000

/**
 * Removes the files of tasks that no longer need them. A variant is named by its content, so
 * several tasks may list it.
 */
export class FileRemover {
  readonly #deps
  readonly #running = new Map<string, Promise<Removal>>()

  constructor(deps: {
    store: ExpiryStore
    storage: Storage
    /**
     * Results that were in the queue by this time (ms since the epoch) have been applied to the
     * documents.
     */
    appliedUntil: () => number
  }) {
    this.#deps = deps
  }

  /**
   * The files that belong to this task alone, and the variants that no other task needs. A failure
   * does not block the others.
   */
  async removeFilesOf(task: TaskRecord): Promise<Removal> {
    const own = ownFilesOf(task).map((key) => () => this.#remove(key))
    const variants = task.files.map(
      ({ path }) =>
        () =>
          this.removeVariant(path, isPending(task.source) ? undefined : task.source.sha256),
    )
    const errors: unknown[] = []
    let total = NOTHING
    for (const remove of [...own, ...variants]) {
      try {
        total = sum(total, await remove())
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
    return total
  }

  /**
   * Removes a variant unless a task needs it. A worker that creates the same bytes finds the file
   * and lists it without writing it, so a task may come to need it between the check and the
   * removal. Hence the second check, with the file in the trash: a task that found the file started
   * before it was moved, and is noticed; one that starts later writes it again.
   * @param sha256 of the original it was made from; without it the file is an orphan, and waits for
   * every older task
   */
  async removeVariant(path: string, sha256?: string): Promise<Removal> {
    const running = this.#running.get(path)
    // If several tasks release a file concurrently, one of them counts it.
    if (running) return { ...NOTHING, complete: (await running).complete }
    const removing = this.#removeVariant(path, sha256).finally(() => this.#running.delete(path))
    this.#running.set(path, removing)
    return removing
  }

  /**
   * Removes an original without a document, unless its document, long delayed, arrives at this very
   * moment.
   */
  async removeOrphan(path: string): Promise<number> {
    if (!(await this.#move(path, trashKey(path)))) return 0
    return (await this.#settle(path, new Date())) ? 0 : 1
  }

  /**
   * Performs the second check for files whose remover died before it did. Two checks of the same
   * file do no harm.
   */
  async emptyTrash(onError: (error: unknown) => void): Promise<void> {
    const { storage } = this.#deps
    for await (const { key, modifiedAt } of storage.list(FOLDERS.trash, onError)) {
      const path = keyBeforeTrash(key)
      if (!this.#running.has(path)) await this.#settle(path, modifiedAt).catch(onError)
    }
  }

  async #removeVariant(path: string, sha256?: string): Promise<Removal> {
    const file = await this.#stat(path)
    if (!file) return NOTHING
    const needed = await this.#whyNeeded(path, file.modifiedAt, sha256)
    if (needed) return needed
    if (!(await this.#move(path, trashKey(path)))) return NOTHING
    // Written since the first check: a run has just found it.
    const { modifiedAt } = (await this.#stat(trashKey(path))) ?? file
    const neededAfterAll = await this.#settle(path, modifiedAt, sha256)
    if (neededAfterAll) return neededAfterAll
    // Created again, or restored by another process that found it in the trash.
    const isBack = (await this.#stat(path)) !== undefined
    return { files: isBack ? 0 : 1, bytes: isBack ? 0 : file.bytes, complete: !isBack }
  }

  /** Restores a file from the trash for a task that needs it, or removes it for good. */
  async #settle(path: string, touchedAt: Date, sha256?: string): Promise<Removal | undefined> {
    const needed = await this.#whyNeeded(path, touchedAt, sha256)
    if (needed) await this.#move(trashKey(path), path)
    else await this.#deps.storage.remove(trashKey(path))
    return needed
  }

  /** Unfinished tasks first: one that ends between the two queries is found by the second. */
  async #whyNeeded(path: string, touchedAt: Date, sha256?: string): Promise<Removal | undefined> {
    const owner = ownerOf(path)
    if (owner !== undefined) return (await this.#deps.store.isKnown(owner)) ? NOTHING : undefined
    if (await this.#mayBeFound(touchedAt, sha256)) return LATER
    return (await this.#deps.store.isLive(path)) ? NOTHING : undefined
  }

  /**
   * Whether an unfinished task may have found the file. One with the same original certainly may.
   * Another original rarely gives the same bytes, but it may, and finding a file updates its time:
   * so the file waits for all tasks that existed at that time until the results of the time after
   * it are applied.
   */
  async #mayBeFound(touchedAt: Date, sha256?: string): Promise<boolean> {
    const { store, appliedUntil } = this.#deps
    if (sha256 !== undefined && (await store.isWorkingOn(sha256))) return true
    const touched = touchedAt.getTime()
    if (sha256 !== undefined && appliedUntil() - touched > SETTLED_MS) return false
    return store.isAnyUnfinished(new Date(touched + CLOCK_SKEW_MS))
  }

  async #remove(key: string): Promise<Removal> {
    const file = await this.#stat(key)
    if (!file) return NOTHING
    await this.#deps.storage.remove(key)
    return { files: 1, bytes: file.bytes, complete: true }
  }

  /** Whether there was a file to move: of two removers of the same file, one finds it. */
  async #move(from: string, to: string): Promise<boolean> {
    try {
      await this.#deps.storage.move(from, to)
      return true
    } catch (error) {
      return noneIfMissing(error, false)
    }
  }

  #stat(key: string): Promise<{ bytes: number; modifiedAt: Date } | undefined> {
    return this.#deps.storage.stat(key).catch((error: unknown) => noneIfMissing(error, undefined))
  }
}

const sum = (a: Removal, b: Removal): Removal => ({
  files: a.files + b.files,
  bytes: a.bytes + b.bytes,
  complete: a.complete && b.complete,
})
