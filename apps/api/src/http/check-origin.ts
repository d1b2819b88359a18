import type { IncomingMessage } from 'node:http'
import cors from 'cors'
import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'

/** The origins whose pages may use the API from a browser: none, these, or all. */
export type CorsOrigins = readonly string[] | '*'

const READS = ['GET', 'HEAD', 'OPTIONS']
const EXPOSED = [
  ...['ETag', 'Link', 'Location', 'Content-Disposition', 'X-Request-Id'],
  ...['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  // Of the tus protocol.
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size'],
  ...['Upload-Offset', 'Upload-Length', 'Upload-Expires', 'Upload-Metadata'],
]
const PREFLIGHT_SECONDS = 600

/**
 * Refuses changes that web pages of other origins request, before the body is read. Browsers send
 * such requests without asking, and an API on one's own machine answers everybody who reaches it.
 * Programs send neither header.
 */
export function checkOrigin(allowed: CorsOrigins): RequestHandler {
  return (req, _res, next) => {
    if (!READS.includes(req.method) && !isAllowedPage(allowed, req))
      throw new AppError(
        'CROSS_SITE_REQUEST',
        'Requests from web pages of other origins are not accepted, unless CORS_ORIGINS lists them.',
      )
    next()
  }
}

/** Lets pages of these origins read responses. Keys are sent in a header, so no cookies are needed. */
export const allowOrigins = (allowed: CorsOrigins): RequestHandler =>
  cors({
    origin: typeof allowed === 'string' ? allowed : [...allowed],
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
    // The route answers, with the methods that it has.
    preflightContinue: true,
  })

/** Whether no web page sent the request, or one that may use the API. */
export const isAllowedPage = (allowed: CorsOrigins, req: Pick<IncomingMessage, 'headers'>): boolean =>
  isOwnPage(req) || isListed(allowed, req.headers.origin)

const isListed = (allowed: CorsOrigins, origin: string | undefined): boolean =>
  allowed === '*' || (origin !== undefined && allowed.includes(origin))

/** Both headers must agree: old browsers only send the first one. */
function isOwnPage({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin, host, 'sec-fetch-site': site = 'none' } = headers
  return ['none', 'same-origin'].includes(String(site)) && (origin === undefined || hostOf(origin) === host)
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)
