import { S3ServiceException } from '@aws-sdk/client-s3'
import { StorageError, systemCode, toStorageError } from './storage-error.ts'

/** Codes of servers without space, of a quota that is used up, or of a bucket that is full. */
const FULL = new Set([
  'InsufficientStorage',
  'QuotaExceeded',
  'StorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'XMinioStorageFull',
])
const FULL_STATUS = 507

const UNREACHABLE = 'The S3 server cannot be reached: check S3_ENDPOINT, and whether it runs'

/** Errors that are the operator's to correct, and how. */
const ADVICE: Record<string, string> = {
  AccessDenied: 'The S3 server denies access: S3_ACCESS_KEY must be allowed to list, read, write and delete',
  ECONNREFUSED: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  TimeoutError: UNREACHABLE,
  AuthorizationHeaderMalformed: 'The bucket is in another region: correct S3_REGION',
  Forbidden: 'The S3 server denies access: check S3_ACCESS_KEY, S3_SECRET_KEY and what they are allowed to do',
  InvalidAccessKeyId: 'The S3 server does not know this access key: correct S3_ACCESS_KEY',
  NoSuchBucket: 'The bucket does not exist: create it, or correct S3_BUCKET',
  PermanentRedirect: 'The bucket is in another region: correct S3_REGION and S3_ENDPOINT',
  RequestTimeTooSkewed: 'The clocks of this machine and of the S3 server differ: correct them',
  XAdminUserNotFound: 'The S3 server does not know this access key: correct S3_ACCESS_KEY',
  SignatureDoesNotMatch: 'The S3 server rejects the signature: correct S3_SECRET_KEY',
}

/**
 * Servers that keep objects as files cannot store `a/b` next to an object `a`. Nor can the disk.
 */
const FILE_OR_FOLDER = new Set(['ExistingObjectIsDirectory', 'ObjectParentIsFile'])

/** Of a stream given by the caller, who gets it back as it was: it is the cause. */
export class CallerError extends Error {
  constructor(cause: unknown) {
    super('The stream to be stored failed.', { cause })
    this.name = 'CallerError'
  }
}

/** Translates an error of the S3 client for the caller of the port; leaves any other as it is. */
export function toS3StorageError(error: unknown, key: string): unknown {
  if (error instanceof CallerError) return error.cause
  if (error instanceof StorageError || !(error instanceof Error)) return error
  const because = { cause: error }
  const code = codeOf(error)
  if (isMissing(error)) return new StorageError('NOT_FOUND', `Nothing is stored under ${key}.`, because)
  if (FULL.has(code) || statusOf(error) === FULL_STATUS)
    return new StorageError('STORAGE_FULL', `There is no space left to store ${key}.`, because)
  if (isFileOrFolder(error))
    return new StorageError('UNSAFE_PATH', `There is a file where ${key} needs a folder, or the opposite.`, because)
  const advice = ADVICE[code] ?? (statusOf(error) === 403 ? ADVICE['Forbidden'] : undefined)
  if (advice !== undefined) return new StorageError('STORAGE_FAILED', `${advice} (${code}).`, because)
  if (systemCode(error) !== undefined) return toStorageError(error, key)
  if (!isOfClient(error)) return error
  return new StorageError('STORAGE_FAILED', `Storage operation on ${key} failed (${code}).`, because)
}

/** Or a folder that another request was just making or removing. */
export const isFileOrFolder = (error: unknown): boolean => FILE_OR_FOLDER.has(codeOf(error))

export const isMissing = (error: unknown): boolean => ['NoSuchKey', 'NotFound'].includes(codeOf(error))

export const isMissingBucket = (error: unknown): boolean => codeOf(error) === 'NoSuchBucket'

/** Of a range that starts after the last byte. */
export const isBeyondEnd = (error: unknown): boolean => statusOf(error) === 416

/**
 * For a catch: a condition of the request was not met, or another request is just changing the same
 * object.
 */
export function falseIfConflict(error: unknown): false {
  const isConflict = [409, 412].includes(statusOf(error) ?? 0) && !isFileOrFolder(error)
  if (isConflict) return false
  throw error
}

/** Whether the same request may succeed in a moment. */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined ? error instanceof Error && isOfClient(error) : status >= 500 || status === 429
}

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined

export function codeOf(error: unknown): string {
  if (error instanceof S3ServiceException) return error.name
  if (!(error instanceof Error)) return ''
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** From the server or the connection to it, not a bug or an error of a stream given by the caller. */
function isOfClient(error: Error): boolean {
  return error instanceof S3ServiceException || '$metadata' in error || 'syscall' in error || 'code' in error
}
