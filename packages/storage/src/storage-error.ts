/**
 * INVALID_KEY: not a key (see parseKey). UNSAFE_PATH: there is a link or a special file instead of
 * a regular file or folder. NOT_FOUND, STORAGE_FULL (disk or quota) and INVALID_RANGE speak for
 * themselves. STORAGE_FAILED is everything else, with the system's error as its cause.
 */
export type StorageErrorCode =
  | 'INVALID_KEY'
  | 'INVALID_RANGE'
  | 'NOT_FOUND'
  | 'STORAGE_FAILED'
  | 'STORAGE_FULL'
  | 'UNSAFE_PATH'

/** Contains the key, never a path of this machine; the cause has that. */
export class StorageError extends Error {
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StorageError'
    this.code = code
  }
}

export function isStorageError(error: unknown, code?: StorageErrorCode): error is StorageError {
  return error instanceof StorageError && (code === undefined || error.code === code)
}

/** Translates a system error of a file operation for the caller of the port. */
export function toStorageError(error: unknown, key: string): unknown {
  if (error instanceof StorageError) return error
  const because = { cause: error }
  switch (systemCode(error)) {
    case undefined:
      return error // not from the file system: an error of the stream itself, or a bug
    case 'ENOENT':
    case 'ENOTDIR':
      return new StorageError('NOT_FOUND', `Nothing is stored under ${key}.`, because)
    case 'ENOSPC':
    case 'EDQUOT':
      return new StorageError('STORAGE_FULL', `There is no space left to store ${key}.`, because)
    case 'ELOOP':
      return new StorageError('UNSAFE_PATH', `There is a symbolic link in the path of ${key}.`, because)
    default:
      return new StorageError('STORAGE_FAILED', `Storage operation on ${key} failed (${systemCode(error)}).`, because)
  }
}

/** The code of an operating system error (ENOENT …), undefined for any other. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** For a catch: returns `none` if nothing is stored under the key, and rethrows any other error. */
export function noneIfMissing<T>(error: unknown, none: T): T {
  if (isStorageError(error, 'NOT_FOUND')) return none
  throw error
}
