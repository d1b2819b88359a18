import type { ProblemCode } from '@darkroom/contracts'
import { isImageError } from '@darkroom/images/image-error'
import { QueueUnavailableError } from '@darkroom/messaging'
import { isRedisOutage } from '@darkroom/runtime'
import { isStorageError } from '@darkroom/storage'
import { AppError, storageFull, storageUnavailable, storeAway } from './app-error.ts'
import { httpFault } from './http/http-fault.ts'
import { isStoreBusy, isStoreOutage } from './mongo/store-outage.ts'

const RETRY_AFTER = { 'Retry-After': '5' }

/**
 * Converts anything that was thrown into the error that the client receives. An unknown error
 * becomes an internal one and reveals nothing.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (isImageError(thrown)) return new AppError(thrown.code, thrown.message)
  if (thrown instanceof QueueUnavailableError) return unavailable(thrown.code, thrown.message)
  if (isRedisOutage(thrown))
    return unavailable('QUEUE_UNAVAILABLE', 'Redis is not available at the moment; try again later.')
  if (isDiskFull(thrown)) return storageFull()
  if (isStoreBusy(thrown))
    return unavailable('STORE_UNAVAILABLE', 'The task store is overloaded at the moment; try again later.')
  if (isStoreOutage(thrown)) return storeAway()
  if (isStorageFault(thrown)) return storageUnavailable(thrown)
  return (
    httpFault(thrown) ?? new AppError('INTERNAL', 'Something went wrong on our side. See the server log for details.')
  )
}

const unavailable = (code: ProblemCode, message: string): AppError =>
  new AppError(code, message, { headers: RETRY_AFTER })

/** Thrown by the storage, or by the system while the upload was still a temporary file. */
const isDiskFull = (thrown: unknown): boolean =>
  (isStorageError(thrown) && thrown.code === 'STORAGE_FULL') ||
  ['ENOSPC', 'EDQUOT'].includes(String((thrown as { code?: unknown } | null)?.code))

/** System errors of a disk that is read-only, broken or missing. */
const DISK_FAULTS = new Set([
  'EACCES',
  'EBUSY',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENODEV',
  'ENOENT',
  'ENOTDIR',
  'ENXIO',
  'EPERM',
  'EROFS',
  'ESTALE',
])

/** Keys are created here, never by clients: any error of the storage is a problem of its disk. */
function isStorageFault(thrown: unknown): boolean {
  if (isStorageError(thrown)) return true
  const { code, syscall } = (thrown ?? {}) as { code?: unknown; syscall?: unknown }
  return syscall !== undefined && DISK_FAULTS.has(String(code))
}
