import type { IncomingMessage } from 'node:http'
import { AppError } from '../app-error.ts'

const ETAG = /(?:W\/)?"[^"]*"/g

/** The If-Match header of a request. Throws INVALID_REQUEST for one that contains no ETag. */
export function ifMatchOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const text = headers['if-match']
  if (text === undefined || isETags(text)) return text
  throw new AppError(
    'INVALID_REQUEST',
    `If-Match is ${JSON.stringify(text.slice(0, 50))}, which is not an ETag: send one as you received it, with its quotes, such as If-Match: "vW3p0Zx".`,
  )
}

const isETags = (text: string): boolean =>
  text.trim() === '*' || (text.includes('"') && /^[\s,]*$/.test(text.replaceAll(ETAG, '')))
