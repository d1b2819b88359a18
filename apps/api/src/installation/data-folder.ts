import { FOLDERS } from '@darkroom/contracts'
import { INSTALLATION_MARKER, isS3Storage, noneIfMissing, StorageError, type Storage } from '@darkroom/storage'
import type { InstallationStore } from './installation-store.ts'
import { settingOf } from './setting-of.ts'

/**
 * Number of originals to look for in a folder without a marker. One of them proves that it is the
 * right folder.
 */
const SAMPLE = 20

/** What the tasks of the database say about a folder. */
type Evidence = 'no tasks' | 'files found' | 'files missing'

/**
 * Checks whether the data folder (or the bucket) belongs to the database. An unmounted folder is
 * empty and writable, and a setting may point to that of another installation: neither may accept
 * uploads, and files missing there are not lost. The database holds the id of the installation, the
 * folder a marker with the same id.
 */
export class DataFolder {
  readonly #deps
  #installation: string | undefined
  #isOurs = false
  /** The marker created by this process for a new database. */
  #made: string | undefined
  #settling: Promise<void> | undefined

  constructor(deps: { store: InstallationStore; storage: Storage }) {
    this.#deps = deps
  }

  /** The database's id, once it is known, independent of the folder. */
  get installation(): string | undefined {
    return this.#installation
  }

  /** The result of the last check. */
  get isOurs(): boolean {
    return this.#isOurs
  }

  /**
   * Rejects, with a message for the operator, unless the folder belongs to the database. Marks a
   * folder if it is allowed to.
   */
  async check(): Promise<void> {
    try {
      const found = await this.#deps.storage.readInstallation()
      if (found === undefined || found !== this.#installation)
        await (this.#settling ??= this.#settle(found).finally(() => (this.#settling = undefined)))
      this.#isOurs = true
    } catch (error) {
      this.#isOurs = false
      throw error
    }
  }

  async #settle(found: string | undefined): Promise<void> {
    const { store, storage } = this.#deps
    const id = (this.#installation ??= await store.find())
    if (id === undefined) return this.#begin(found)
    if (found === undefined) await this.#assertMayTake(id)
    this.#assertSame(found ?? (await storage.markInstallation(id)), id)
  }

  /**
   * The database has no id yet: it is new, or was created by a release that only used markers, or
   * none.
   */
  async #begin(found: string | undefined): Promise<void> {
    const { store, storage } = this.#deps
    const evidence = await this.#evidence()
    if (evidence === 'files missing')
      throw this.#refusal(`contains none of the files of the tasks in the database. ${this.#doubt}`)
    // A janitor with a new database would remove all of them as orphans.
    if (evidence === 'no tasks' && found !== undefined && found !== this.#made && (await this.#holdsFiles()))
      throw this.#refusal(
        `contains the files of installation ${found}, and the database is new. Restore its database or use an empty one; to abandon the files, delete ${INSTALLATION_MARKER}.`,
      )
    // The marker first: of processes with different folders, the first claim wins, and the others
    // find that their marker differs.
    const marker = found ?? (this.#made = await storage.markInstallation())
    this.#installation = await store.claim(marker, new Date())
    this.#assertSame(marker, this.#installation)
  }

  /**
   * Whether a folder without a marker may be marked: a backup may have omitted it, or it may be a
   * new folder for an idle installation.
   */
  async #assertMayTake(id: string): Promise<void> {
    const remedy = `write {"installation":"${id}"} to ${INSTALLATION_MARKER} in it.`
    const evidence = await this.#evidence()
    if (evidence === 'files missing')
      throw this.#refusal(
        `contains neither ${INSTALLATION_MARKER} nor any files of the tasks in the database. ${this.#doubt} If the files are lost, ${remedy}`,
      )
    if (evidence === 'no tasks' && !(await this.#deps.storage.isEmpty()))
      throw this.#refusal(
        `has no ${INSTALLATION_MARKER} and is not empty. ${this.#doubt} If it is the right one, ${remedy}`,
      )
  }

  async #evidence(): Promise<Evidence> {
    const { store, storage } = this.#deps
    const originals = await store.someOriginals(SAMPLE)
    if (originals.length === 0) return 'no tasks'
    const found = await Promise.all(originals.map((key) => isThere(storage, key)))
    return found.includes(true) ? 'files found' : 'files missing'
  }

  async #holdsFiles(): Promise<boolean> {
    for (const folder of [FOLDERS.originals, FOLDERS.variants])
      for await (const _file of this.#deps.storage.list(folder)) return true
    return false
  }

  get #doubt(): string {
    return isS3Storage(this.#deps.storage) ? 'Is S3_BUCKET right?' : 'Is it mounted?'
  }

  #refusal(what: string): StorageError {
    return new StorageError('STORAGE_FAILED', `${settingOf(this.#deps.storage)} ${what}`)
  }

  #assertSame(found: string, id: string): void {
    if (found === id) return
    const remedy = isS3Storage(this.#deps.storage) ? 'Correct S3_BUCKET' : 'Mount the right folder, or correct DATA_DIR'
    throw this.#refusal(
      `belongs to another installation: its ${INSTALLATION_MARKER} has the id ${found}, but the database has ${id}. ${remedy} or MONGODB_URL.`,
    )
  }
}

const isThere = (storage: Storage, key: string): Promise<boolean> =>
  storage.stat(key).then(
    () => true,
    (error: unknown) => noneIfMissing(error, false),
  )
