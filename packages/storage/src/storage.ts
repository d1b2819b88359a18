import type { Readable } from 'node:stream'

/**
 * Where originals and variants live, by key. A key is a relative path with forward slashes (see
 * parseKey) and means the same on every driver. All methods throw StorageError.
 */
export interface Storage {
  /**
   * Stores bytes under a key, whole or not at all, durable when it returns. A key that already
   * holds these very bytes is left alone. An error of the given stream passes through as it is.
   */
  put(key: string, body: Uint8Array | Readable): Promise<PutResult>

  /**
   * Moves a local file into storage under a key; the file is gone from its old path afterwards.
   * Otherwise as `put`.
   */
  adopt(tempPath: string, key: string): Promise<PutResult>

  /**
   * Opens for reading. The caller must read the stream to its end or destroy it. Sizes are of the
   * whole file, whatever the range.
   */
  open(key: string, range?: ByteRange): Promise<OpenedFile>

  stat(key: string): Promise<StoredFile>

  /** Moves a file to another key, over what is there. Throws NOT_FOUND. */
  move(key: string, toKey: string): Promise<void>

  /** Removes a file. That there is none is no error. */
  remove(key: string): Promise<void>

  /**
   * The files whose keys lie below a folder (a key without trailing slash), or all. In no order;
   * files written meanwhile may be missed. What cannot be read is told to `onError` and left out;
   * without it the list ends there.
   */
  list(folder?: string, onError?: (error: unknown) => void): AsyncIterable<ListedFile>
}

/** Byte positions from 0, both inclusive as in HTTP; `end` defaults to the last byte. */
export interface ByteRange {
  start?: number
  end?: number
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
}

export interface PutResult {
  bytes: number
  /** False when the key held the same bytes already. */
  written: boolean
}
