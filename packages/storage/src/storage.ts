import type { Readable } from 'node:stream'

/**
 * Stores originals and variants by key. A key is a relative path with forward slashes (see
 * parseKey) and means the same with every driver. All methods throw StorageError.
 */
export interface Storage {
  /**
   * Stores bytes under a key, atomically and durably. A key that already contains the same bytes is
   * left alone. Errors of the given stream are passed through.
   */
  put(key: string, body: Uint8Array | Readable): Promise<PutResult>

  /**
   * Moves a local file into storage under a key; it no longer exists at its old path afterwards.
   * Otherwise like `put`.
   * @param known what the caller already knows of its bytes: a driver may otherwise read them to
   * find out
   */
  adopt(tempPath: string, key: string, known?: KnownContent): Promise<PutResult>

  /**
   * Opens a file for reading. The caller must read the stream to its end or destroy it. Sizes are
   * those of the whole file, whatever the range.
   */
  open(key: string, range?: ByteRange): Promise<OpenedFile>

  stat(key: string): Promise<StoredFile>

  /** Moves a file to another key, replacing any existing file. Throws NOT_FOUND. */
  move(key: string, toKey: string): Promise<void>

  /** Removes a file. A missing file is not an error. */
  remove(key: string): Promise<void>

  /**
   * The files whose keys are below a folder (a key without trailing slash), or all, in no
   * particular order; files written in the meantime may be missed. Errors are reported to `onError`
   * and the file skipped; without it the first error ends the list.
   */
  list(folder?: string, onError?: (error: unknown) => void): AsyncIterable<ListedFile>

  /** Stores a small file and removes it: throws the error that prevents files from being stored. */
  check(): Promise<void>

  /** Bytes that can still be stored; undefined if there is no known limit. */
  freeBytes(): Promise<number | undefined>

  /**
   * Removes leftovers of dead writers that have not been touched for `olderThanMs`, on a disk also
   * empty folders. Returns the number of files; one that cannot be removed does not stop the rest.
   */
  removeLeftovers(olderThanMs: number, onError: (error: unknown) => void): Promise<number>

  /**
   * The id of the installation whose files are stored here; undefined if there is no marker. An
   * unmounted volume is an empty folder, and a wrong setting may lead to the storage of another
   * installation: the marker distinguishes them.
   */
  readInstallation(): Promise<string | undefined>

  /**
   * Creates the marker if there is none. Of processes that start at once, the first one's marker
   * stays. Returns the id in the marker, which differs if there was one already.
   * @param id a new one by default
   */
  markInstallation(id?: string): Promise<string>

  /** Whether nothing at all is stored here, not even files of other programs. */
  isEmpty(): Promise<boolean>

  /** What this storage is called in messages for operators: `DATA_DIR /srv/data`. */
  readonly place: string

  /** Closes all connections. Nothing can be stored or read afterwards. */
  close(): void
}

/** Byte positions from 0, both inclusive as in HTTP; `end` defaults to the last byte. */
export interface ByteRange {
  start?: number
  end?: number
}

/** The size of a file, and its SHA-256 in lower-case hex. */
export interface KnownContent {
  bytes: number
  sha256: string
  /** The caller has created the file, with mode 0600, and synced it. Default false. */
  isSynced?: boolean
}

export interface StoredFile {
  bytes: number
  modifiedAt: Date
}

export interface OpenedFile extends StoredFile {
  stream: Readable
}

export interface ListedFile extends StoredFile {
  key: string
  /**
   * When it got its bytes or its key, whichever was later. A file may have been written long before
   * it is adopted or moved.
   */
  storedAt: Date
}

export interface PutResult {
  bytes: number
  /** False if the key already contained the same bytes. */
  written: boolean
}
