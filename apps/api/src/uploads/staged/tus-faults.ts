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
    case ERRORS.INVALID_OFFSET:
      return new AppError(
        'UPLOAD_CONFLICT',
        'Upload-Offset is not where the stored part ends: a HEAD request returns the right one.',
      )
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

/** For responses that the tus server makes without throwing anything. */
export const invalidHeaders = (text: string): AppError =>
  invalid(`${text.trim()}. See https://tus.io/protocols/resumable-upload`)
