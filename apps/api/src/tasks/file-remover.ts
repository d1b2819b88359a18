import { isStorageError, type DiskStorage, type OpenedFile } from '@darkroom/storage'
import type { ExpiryStore } from './expiry-store.ts'
import type { TaskRecord } from './task.ts'

/** What came of the wish to remove files. */
export interface Removal {
  files: number
  bytes: number
  /** False when a file has to stay for now, because a task that is still being worked on may come to list it. */
  complete: boolean
}

const NOTHING: Removal = { files: 0, bytes: 0, complete: true }
const LATER: Removal = { ...NOTHING, complete: false }

/** Removes the files of tasks that no longer need them. A variant is named by its content, so several tasks may list it. */
export class FileRemover {
  readonly #store: ExpiryStore
  readonly #storage: DiskStorage
  readonly #running = new Map<string, Promise<Removal>>()

  constructor(deps: { store: ExpiryStore; storage: DiskStorage }) {
    this.#store = deps.store
    this.#storage = deps.storage
  }

  /** The original, which is this task's alone, and the variants that no other task needs. */
  async removeFilesOf(task: TaskRecord): Promise<Removal> {
    let total = await this.#remove(task.originalPath)
    for (const { path } of task.images) total = sum(total, await this.removeVariant(path, task.imageName))
    return total
  }

  /**
   * Removes a variant unless a task needs it. A worker that makes the same bytes finds the file and lists it without
   * writing it, so between the look and the removal a task may come to need it. Hence the second look, with the file still
   * in hand: whoever found it began before it went, and is seen; whoever begins later writes it anew.
   */
  async removeVariant(path: string, imageName: string): Promise<Removal> {
    const running = this.#running.get(path)
    // Of several tasks that let a file go side by side, one counts it.
    if (running) return { ...NOTHING, complete: (await running).complete }
    const removing = this.#removeVariant(path, imageName).finally(() => this.#running.delete(path))
    this.#running.set(path, removing)
    return removing
  }

  async #removeVariant(path: string, imageName: string): Promise<Removal> {
    const needed = await this.#isNeeded(path, imageName)
    if (needed) return needed
    const file = await this.#open(path)
    if (!file) return NOTHING
    try {
      await this.#storage.remove(path)
      const neededAfterAll = await this.#isNeeded(path, imageName)
      if (neededAfterAll) await this.#storage.put(path, file.stream)
      return neededAfterAll ?? { files: 1, bytes: file.bytes, complete: true }
    } finally {
      file.stream.destroy()
    }
  }

  /** Workers first: a task that ends between the two questions is met by the second one. */
  async #isNeeded(path: string, imageName: string): Promise<Removal | undefined> {
    if (await this.#store.isWorkingOn(imageName)) return LATER
    return (await this.#store.isLive(path)) ? NOTHING : undefined
  }

  async #remove(key: string): Promise<Removal> {
    const { bytes } = await this.#storage.stat(key).catch((error: unknown) => noneIfMissing(error, { bytes: undefined }))
    if (bytes === undefined) return NOTHING
    await this.#storage.remove(key)
    return { files: 1, bytes, complete: true }
  }

  #open(key: string): Promise<OpenedFile | undefined> {
    return this.#storage.open(key).catch((error: unknown) => noneIfMissing(error, undefined))
  }
}

const sum = (a: Removal, b: Removal): Removal => ({
  files: a.files + b.files,
  bytes: a.bytes + b.bytes,
  complete: a.complete && b.complete,
})

function noneIfMissing<T>(error: unknown, none: T): T {
  if (isStorageError(error, 'NOT_FOUND')) return none
  throw error
}
