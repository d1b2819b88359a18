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
  if (type === 'entity.parse.failed') return invalidJson(String((thrown as Error).message))
  if (status === 413) return bodyTooLarge(limit, length)
  if (status === 415)
    return new AppError(
      'UNSUPPORTED_ENCODING',
      'The charset or Content-Encoding of the body is not supported: send UTF-8, uncompressed or compressed with gzip, deflate or br.',
    )
  return new AppError(status === 404 ? 'ROUTE_NOT_FOUND' : 'INVALID_REQUEST', textOf(thrown), { status })
}

/** Only the position is taken from the parser's message: the rest may quote the body. */
function invalidJson(message: string): AppError {
  const [, line, column] = /\(line (\d+) column (\d+)\)$/.exec(message) ?? []
  const where = line === undefined ? '' : `: the mistake is at line ${line}, column ${column}`
  const isCut = message === 'Unexpected end of JSON input'
  return new AppError('INVALID_JSON', `The body is not valid JSON${isCut ? ': it ends too early' : where}.`)
}

function textOf(thrown: unknown): string {
  if (thrown instanceof URIError) return 'The path contains a % that is not part of encoded UTF-8: write it as %25.'
  if (String((thrown as { code?: unknown }).code).startsWith('Z_'))
    return 'The body is not compressed as its Content-Encoding says: compress it, or omit the header.'
  return 'The request could not be parsed.'
}

function bodyTooLarge(limit?: number, length?: number): AppError {
  const got = length === undefined ? 'The body is too large' : `The body has ${byteSize(length)}`
  return new AppError(
    'BODY_TOO_LARGE',
    limit === undefined ? `${got}.` : `${got}: at most ${byteSize(limit)} are accepted.`,
  )
}
