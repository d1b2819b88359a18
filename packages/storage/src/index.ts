export { createDiskStorage, type DiskStorage } from './disk-storage.ts'
export { parseKey } from './key.ts'
export type { ByteRange, ListedFile, OpenedFile, PutResult, Storage, StoredFile } from './storage.ts'
export { isStorageError, StorageError, type StorageErrorCode } from './storage-error.ts'
