import type { FailureReason } from '@darkroom/messaging'
import { isStorageError } from '@darkroom/storage'
import { JobFailure, reasonOf } from './job-failure.ts'

/** Why an original could not be read: trouble of the machine, which may pass. */
export function readFailure(error: unknown): JobFailure {
  // The file may vanish between the look at it and the reading: then the error is the system's own.
  // Retryable, for a data folder that is not mounted at this moment looks just the same.
  if (isStorageError(error, 'NOT_FOUND') || systemCode(error) === 'ENOENT') {
    return failure(error, { code: 'SOURCE_MISSING', message: 'The uploaded file is missing', retryable: true })
  }
  return writeFailure(error)
}

/** Why results could not be stored; also what else can go wrong with a file. */
export function writeFailure(error: unknown): JobFailure {
  if (isStorageError(error, 'INVALID_KEY'))
    return failure(error, { code: 'INVALID_JOB', message: error.message, retryable: false })
  // A folder vanished under the write. "Not found" would be taken for the original.
  if (isStorageError(error, 'NOT_FOUND'))
    return failure(error, { code: 'STORAGE_FAILED', message: error.message, retryable: true })
  if (isStorageError(error)) return failure(error, { code: error.code, message: error.message, retryable: true })
  const code = systemCode(error)
  // The system's own words name paths of this machine, which are nobody's business but the log's.
  if (code)
    return failure(error, {
      code: 'STORAGE_FAILED',
      message: `Reading or writing a file failed (${code})`,
      retryable: true,
    })
  return failure(error, reasonOf(error))
}

function failure(cause: unknown, reason: FailureReason): JobFailure {
  return new JobFailure(reason, { cause })
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
