import type { FailureReason } from '@darkroom/messaging'
import { isStorageError } from '@darkroom/storage'
import { JobFailure, reasonOf } from './job-failure.ts'

/** Why an original could not be read: a machine problem, which may be temporary. */
export function readFailure(error: unknown): JobFailure {
  // The file may disappear before it is read: then the error comes from the system. Retryable,
  // because a data folder that is temporarily not mounted looks the same.
  if (isStorageError(error, 'NOT_FOUND') || systemCode(error) === 'ENOENT') {
    return failure(error, { code: 'SOURCE_MISSING', message: 'The uploaded file is missing', retryable: true })
  }
  return writeFailure(error)
}

/** Why results could not be stored; also for other storage problems. */
export function writeFailure(error: unknown): JobFailure {
  if (isStorageError(error, 'INVALID_KEY'))
    return failure(error, { code: 'INVALID_JOB', message: error.message, retryable: false })
  // A folder disappeared during the write. "Not found" would be understood as a missing original.
  if (isStorageError(error, 'NOT_FOUND'))
    return failure(error, { code: 'STORAGE_FAILED', message: error.message, retryable: true })
  if (isStorageError(error)) return failure(error, { code: error.code, message: error.message, retryable: true })
  const code = systemCode(error)
  // Of an engine. Its message is made for clients.
  if (error instanceof Error && (code === 'OUT_OF_RESOURCES' || code === 'MEMORY_LIMIT'))
    return failure(error, { code, message: error.message, retryable: true })
  // The system's message contains paths of this machine, which must only appear in the log.
  if (code)
    return failure(error, {
      code: FULL.includes(code) ? 'STORAGE_FULL' : 'STORAGE_FAILED',
      message: `Reading or writing a file failed (${code})`,
      retryable: true,
    })
  return failure(error, reasonOf(error))
}

const FULL = ['ENOSPC', 'EDQUOT']

function failure(cause: unknown, reason: FailureReason): JobFailure {
  return new JobFailure(reason, { cause })
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
