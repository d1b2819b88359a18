import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { AppError } from '../app-error.ts'
import { ifMatchOf } from './if-match.ts'

/** Byte positions from 0, both inclusive. */
interface ByteRange {
  start: number
  end: number
}

/** A file that can be read whole or in part. Sizes are those of the whole file. */
export interface SendableFile {
  stat: () => Promise<{ bytes: number }>
  open: (range?: ByteRange) => Promise<{ bytes: number; stream: Readable }>
}

/** The headers of a file without which the whole of it is sent. */
const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'range']
/** They describe the file, so an error must not have them. */
const FILE_HEADERS = ['Accept-Ranges', 'Cache-Control', 'Content-Disposition', 'Content-Type', 'ETag']

/**
 * Sends a file, or one range of it, or 304 if the client already has it; a request for several
 * ranges gets the whole file. The headers of the response, above all its ETag, must be set already.
 * Nothing is sent before the file is open: until then every error gets its own response.
 */
export async function sendFile(res: Response, file: SendableFile): Promise<void> {
  res.set('Accept-Ranges', 'bytes')
  try {
    const stream = await begin(res.req, res, file)
    // A client that disconnects is not an error. If the file cannot be read to its end, the
    // response is cut off: its client notices by its length.
    if (stream) await pipeline(stream, res).catch(() => {})
    else res.end()
  } catch (error) {
    for (const name of FILE_HEADERS) res.removeHeader(name)
    throw error
  }
}

/** Sets status and length. Returns the bytes to send; undefined if there are none. */
async function begin(req: Request, res: Response, file: SendableFile): Promise<Readable | undefined> {
  const isWhole = req.method === 'GET' && CONDITIONS.every((name) => req.headers[name] === undefined)
  if (isWhole) {
    const { bytes, stream } = await file.open()
    res.set('Content-Length', String(bytes))
    return stream
  }
  const { bytes } = await file.stat()
  assertMatches(req, res)
  if (req.fresh) {
    res.status(304).removeHeader('Content-Type')
    return undefined
  }
  const range = rangeOf(req, res, bytes)
  const stream = req.method === 'HEAD' ? undefined : (await file.open(range)).stream
  if (range) res.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${bytes}`)
  res.set('Content-Length', String(range ? range.end - range.start + 1 : bytes))
  return stream
}

function assertMatches(req: Request, res: Response): void {
  const match = ifMatchOf(req)
  const failed = match
    ? match !== '*' && !match.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etagOf(res))
    : // There is no Last-Modified that could be early enough.
      !Number.isNaN(Date.parse(req.headers['if-unmodified-since'] ?? ''))
  if (failed)
    throw new AppError('PRECONDITION_FAILED', 'The file has changed: its ETag does not match the precondition.')
}

/** Undefined for the whole file, which an invalid range stands for, too (RFC 9110, 14.1.1). */
function rangeOf(req: Request, res: Response, bytes: number): ByteRange | undefined {
  if (!isRangeHeader(req.headers.range)) return undefined
  const ranges = req.range(bytes, { combine: true })
  const ifRange = req.headers['if-range']
  if (ifRange && !ifRange.includes(etagOf(res))) return undefined
  if (ranges === -1)
    throw new AppError(
      'RANGE_NOT_SATISFIABLE',
      'The range is outside the file: request a range within it, or the whole file.',
      { headers: { 'Content-Range': `bytes */${bytes}` } },
    )
  return Array.isArray(ranges) && ranges.length === 1 ? ranges[0] : undefined
}

/** `req.range` says of an invalid range, such as 5-1, that it is outside the file. */
const isRangeHeader = (text = ''): boolean =>
  text.startsWith('bytes=') && text.slice('bytes='.length).split(',').every(isRange)

function isRange(text: string): boolean {
  const [, first, last] = /^\s*(\d*)-(\d*)\s*$/.exec(text) ?? []
  if (first === undefined || last === undefined) return false
  return first === '' ? last !== '' : last === '' || Number(first) <= Number(last)
}

const etagOf = (res: Response): string => String(res.getHeader('ETag'))
