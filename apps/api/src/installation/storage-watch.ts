import { inTime, type Logger } from '@darkroom/runtime'
import { StorageError, type Storage } from '@darkroom/storage'
import type { DataFolder } from './data-folder.ts'
import { isStoreOutage } from '../mongo/store-outage.ts'
import { settingOf } from './setting-of.ts'

/** However often it is called, the disk is tested at most once in this time. */
const REMEMBER_MS = 3000
const ANSWER_MS = 2000
/**
 * A storage that was usable is only slow until a check has taken this long: a busy disk or process
 * would otherwise turn away uploads that it could have stored.
 */
const SLOW_MS = 10_000
/** Delay between its own checks; short after an error, then increasing. */
const LOOK_MS = 10_000
const FIRST_LOOK_MS = 500

/** The error that prevents files from being stored; undefined if there is none. */
export type StorageFault = () => Promise<Error | undefined>

/**
 * What the API needs to store files: with S3 the bucket and the disk on which files are received.
 */
export interface StorageFaults {
  disk: StorageFault
  minio?: StorageFault
}

/** Tests the storage: it must belong to this installation, and be writable. */
export class StorageWatch {
  readonly #deps
  #last: { at: number; fault: Promise<Error | undefined> } | undefined
  #trying: { since: number; ended: Promise<void> } | undefined
  #isWell = false
  #isSaid = false
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(deps: { storage: Storage; folder: DataFolder; log: Logger }) {
    this.#deps = deps
  }

  readonly probe: StorageFault = () =>
    this.#last && Date.now() - this.#last.at <= REMEMBER_MS ? this.#last.fault : this.#look()

  /**
   * Only repeats the check until everything is fine: after that, each upload is a test of its own.
   */
  readonly known: StorageFault = async () => (this.#isWell ? undefined : this.probe())

  /**
   * Checks immediately and then periodically. Calls `begin` once, as soon as the folder is known to
   * belong to this installation.
   */
  start(begin: () => void): void {
    let hasBegun = false
    let delayMs = FIRST_LOOK_MS
    const look = async (): Promise<void> => {
      const fault = await this.#look()
      if (this.#isStopped) return
      if (!hasBegun && this.#deps.folder.isOurs) {
        hasBegun = true
        begin()
      }
      if (this.#trying !== undefined) delayMs = FIRST_LOOK_MS
      else delayMs = fault === undefined ? LOOK_MS : Math.min(LOOK_MS, delayMs * 2)
      this.#timer = setTimeout(() => void look(), delayMs)
    }
    void look()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #look(): Promise<Error | undefined> {
    this.#last = { at: Date.now(), fault: this.#tell() }
    return this.#last.fault
  }

  async #tell(): Promise<Error | undefined> {
    const { log, storage } = this.#deps
    const { place } = storage
    // A hanging disk blocks one thread, not one more each time.
    const trying = (this.#trying ??= {
      since: Date.now(),
      ended: this.#try().finally(() => (this.#trying = undefined)),
    })
    let isLate = false
    const late = (): Error => {
      isLate = true
      const seconds = Math.round((Date.now() - trying.since) / 1000)
      return new StorageError('STORAGE_FAILED', `${settingOf(storage)} has not responded for ${seconds} s.`)
    }
    const fault = await faultOf(inTime(ANSWER_MS, () => trying.ended, late))
    if (isLate && this.#isWell && Date.now() - trying.since < SLOW_MS) return undefined
    this.#isWell = fault === undefined
    // If the database cannot be asked for the owner of the folder, this is not a problem of the
    // folder.
    if (fault !== undefined && !this.#isSaid && !isStoreOutage(fault)) {
      this.#isSaid = true
      log.error({ err: fault, place }, 'the storage is not usable: uploads are refused until it is')
    }
    if (this.#isWell && this.#isSaid) {
      this.#isSaid = false
      log.info({ place }, 'the storage is usable again')
    }
    return fault
  }

  async #try(): Promise<void> {
    await this.#deps.folder.check()
    await this.#deps.storage.check()
  }
}

/** The error that a check rejects with; undefined if it passes. */
export const faultOf = (check: Promise<unknown>): Promise<Error | undefined> =>
  check.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )
