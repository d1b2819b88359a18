import { AppError } from '../app-error.ts'
import { byteSize } from './byte-size.ts'

/** Errors that Express and its parsers find in the request itself have a 4xx status. */
export function httpFault(thrown: unknown): AppError | undefined {
  const { status, type, limit, length } = (thrown ?? {}) as {
    status?: unknown
    type?: unknown
    limit?: number
    length?: number
  }
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined
  if (type === 'entity.parse.failed') return new AppError('INVALID_JSON', 'The body is not valid JSON.')
  if (status === 413) return bodyTooLarge(limit, length)
  if (status === 415)
    return new AppError(
      'UNSUPPORTED_ENCODING',
      'The charset or Content-Encoding of the body is not supported: send UTF-8, uncompressed or compressed with gzip, deflate or br.',
    )
  return new AppError(status === 404 ? 'ROUTE_NOT_FOUND' : 'INVALID_REQUEST', 'The request could not be parsed.', {
    status,
  })
}

function bodyTooLarge(limit?: number, length?: number): AppError {
  const got = length === undefined ? 'The body is too large' : `The body has ${byteSize(length)}`
  return new AppError(
    'BODY_TOO_LARGE',
    limit === undefined ? `${got}.` : `${got}: at most ${byteSize(limit)} are accepted.`,
  )
}
