import { readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@darkroom/runtime'
import type { DiskStorage, ListedFile } from '@darkroom/storage'
import type { FileRemover } from '../tasks/file-remover.ts'
import type { TaskStore } from '../tasks/task-store.ts'

const TEMP_EVERY_MS = 5 * 60_000
const LOW_ROOM_EVERY_MS = 30_000
const LOOKUP_BATCH = 500

const ORIGINAL = /(?:^|\/)storage\/images\/([0-9a-f]{24})\//
const OUTPUT = /(?:^|\/)output\/[a-z0-9-]+\//

/**
 * Removes what crashes left on the disk: uploads that were never finished, originals whose document was never written,
 * variants that no document names. Only files that nothing has touched for a good while are looked at.
 */
export class Janitor {
  readonly #deps
  #timers: NodeJS.Timeout[] = []
  #running: Promise<unknown> = Promise.resolve()
  #stopped = false
  #lookedAt = 0

  constructor(deps: {
    store: TaskStore
    storage: DiskStorage
    remover: FileRemover
    /** Whether the data folder is this installation's: in another one everything looks like an orphan. */
    isOurs: () => Promise<boolean>
    tempFolder: string
    tempAgeMs: number
    orphanAgeMs: number
    intervalMs: number
    log: Logger
  }) {
    this.#deps = deps
  }

  start(): void {
    this.#stopped = false
    const { intervalMs } = this.#deps
    this.#every(Math.min(TEMP_EVERY_MS, intervalMs), () => this.removeOldUploads())
    this.#every(intervalMs, () => this.removeOrphans())
    this.#run(() => this.removeOldUploads())
    this.#run(() => this.removeOrphans())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
    await this.#running
  }

  /** To be called while there is no room: what nobody needs goes first. As often as one likes. */
  roomIsLow(): void {
    if (Date.now() - this.#lookedAt < LOW_ROOM_EVERY_MS) return
    this.#lookedAt = Date.now()
    this.#run(() => this.removeOldUploads())
    this.#run(() => this.removeOrphans())
  }

  /** Temporary files of dead processes, and of requests that were broken off unnoticed. */
  async removeOldUploads(): Promise<number> {
    const { tempFolder, tempAgeMs } = this.#deps
    let removed = 0
    for (const boot of await namesIn(tempFolder)) {
      const folder = join(tempFolder, boot)
      for (const name of await namesIn(folder)) removed += await removeIfOld(join(folder, name), tempAgeMs)
      // Only an empty folder goes, and one that is still in use is made again by the next upload.
      if (await isOld(folder, tempAgeMs)) await rmdir(folder).catch(() => {})
    }
    return removed
  }

  /** Files under a final name that no document knows. A document is written right after its file, or never. */
  async removeOrphans(): Promise<number> {
    const { store, storage, remover, orphanAgeMs } = this.#deps
    let removed = await storage.removeLeftovers(orphanAgeMs)
    const old = (file: ListedFile): boolean => Date.now() - file.modifiedAt.getTime() > orphanAgeMs
    for await (const files of batches(storage.list('storage'), old)) {
      if (this.#stopped) return removed
      const known = await store.existing(files.flatMap(({ key }) => ORIGINAL.exec(key)?.[1] ?? []))
      for (const { key } of files) {
        const taskId = ORIGINAL.exec(key)?.[1]
        if (taskId && !known.has(taskId)) removed += await this.#remove(key)
      }
    }
    for await (const files of batches(storage.list('output'), old)) {
      if (this.#stopped) return removed
      const listed = await store.listedFiles(files.map(({ key }) => key))
      for (const { key } of files) {
        if (OUTPUT.test(key) && !listed.has(key)) removed += this.#removed(key, await remover.removeVariant(key))
      }
    }
    return removed
  }

  async #remove(key: string): Promise<number> {
    await this.#deps.storage.remove(key)
    return this.#removed(key, { files: 1 })
  }

  #removed(key: string, { files }: { files: number }): number {
    if (files > 0) this.#deps.log.info({ key }, 'janitor removed a file that no task names')
    return files
  }

  #every(ms: number, clean: () => Promise<number>): void {
    this.#timers.push(setInterval(() => this.#run(clean), ms))
  }

  /** One after the other, and none after stop. */
  #run(clean: () => Promise<number>): void {
    this.#running = this.#running.then(async () => {
      if (this.#stopped || !(await this.#deps.isOurs())) return
      try {
        const removed = await clean()
        if (removed > 0) this.#deps.log.info({ removed }, 'janitor cleaned up')
      } catch (error) {
        this.#deps.log.warn({ err: error }, 'the janitor did not finish; it comes again')
      }
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

async function* batches(files: AsyncIterable<ListedFile>, wanted: (file: ListedFile) => boolean): AsyncGenerator<ListedFile[]> {
  let batch: ListedFile[] = []
  for await (const file of files) {
    if (wanted(file)) batch.push(file)
    if (batch.length < LOOKUP_BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
