import { ERRORS } from '@tus/server'
import { AppError } from '../../app-error.ts'
import { byteSize } from '../../http/byte-size.ts'
import { fileTooLarge } from '../form-faults.ts'

export const uploadNotFound = (): AppError =>
  new AppError('UPLOAD_NOT_FOUND', 'There is no upload with this id: it was refused, removed or never created.')

export const uploadExpired = (): AppError =>
  new AppError('UPLOAD_EXPIRED', 'The upload was not completed in time, and its bytes are removed: start again.')

const invalid = (message: string): AppError => new AppError('INVALID_UPLOAD_HEADER', message)

/** The error for what the tus server throws. */
export function tusFault(thrown: unknown, maxBytes: number): unknown {
  switch (thrown) {
    case ERRORS.FILE_NOT_FOUND:
      return uploadNotFound()
    case ERRORS.FILE_NO_LONGER_EXISTS:
      return uploadExpired()
    case ERRORS.ERR_MAX_SIZE_EXCEEDED:
      return fileTooLarge(maxBytes)
    case ERRORS.ERR_SIZE_EXCEEDED:
      return new AppError('FILE_TOO_LARGE', 'The request has more bytes than Upload-Length announced.')
    case ERRORS.ABORTED:
      return new AppError('UPLOAD_LOCKED', 'Another request has taken over this upload.', {
        headers: { 'Retry-After': '2' },
      })
    case ERRORS.MISSING_OFFSET:
      return invalid('A PATCH request needs the header Upload-Offset: where its bytes begin.')
    case ERRORS.INVALID_CONTENT_TYPE:
      return invalid('A PATCH request needs Content-Type: application/offset+octet-stream.')
    case ERRORS.INVALID_LENGTH:
    case ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION:
      return invalid(`Upload-Length must state the size of the file in bytes, at most ${byteSize(maxBytes)}.`)
    case ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION:
      return invalid('Parallel uploads of one file (Upload-Concat) are not supported.')
    default:
      return thrown
  }
}

export const wrongOffset = (given: string | undefined, stored: number): AppError =>
  new AppError(
    'UPLOAD_CONFLICT',
    `Upload-Offset is ${given}, but ${stored} bytes are stored: continue at ${stored}, as a HEAD request returns it.`,
  )

const ACCEPTED: Record<string, string> = {
  'content-type': 'application/offset+octet-stream',
  'upload-length': 'the size of the file in bytes, such as 3412345',
  'upload-offset': 'the number of bytes that are stored, such as 1048576',
  'upload-metadata': 'keys, each with its value in Base64, such as filename YmVhY2guanBn,priority bm9ybWFs',
}

/** For responses that the tus server makes without throwing anything. */
export function invalidHeaders(text: string, headerOf: (name: string) => string | undefined): AppError {
  const name = /^Invalid ([\w-]+)/i.exec(text)?.[1]?.toLowerCase() ?? ''
  const accepted = ACCEPTED[name]
  if (accepted === undefined) return invalid(`${text.trim()}. See https://tus.io/protocols/resumable-upload`)
  return invalid(`${name} is ${JSON.stringify(headerOf(name)?.slice(0, 50) ?? '')}: it must be ${accepted}.`)
}
