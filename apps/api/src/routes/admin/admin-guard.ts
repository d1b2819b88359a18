import type { Request, RequestHandler } from 'express'
import { AppError } from '../../app-error.ts'
import { isSession, isToken } from './admin-token.ts'

export const SESSION_COOKIE = 'darkroom_admin'

/**
 * Authenticates operators: with a token configured, by the token (Authorization: Bearer) or the
 * cookie of a login with it; without one, only requests from the same machine are allowed.
 */
export function adminGuard(token: string | undefined): RequestHandler {
  const assertOperator = token === undefined ? assertLocal : assertKnows(token)
  return (req, _res, next) => {
    assertOperator(req)
    assertOwnPage(req)
    next()
  }
}

const assertKnows =
  (token: string) =>
  (req: Request): void => {
    const bearer = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
    if (bearer === undefined ? isSession(cookieOf(req), token, Date.now()) : isToken(bearer, token)) return
    const challenge = `Bearer realm="darkroom"${bearer === undefined ? '' : ', error="invalid_token"'}`
    throw new AppError(
      'ADMIN_TOKEN_REQUIRED',
      'This request requires the ADMIN_TOKEN: send it as Authorization: Bearer …',
      {
        headers: { 'WWW-Authenticate': challenge },
      },
    )
  }

/**
 * By the address of the connection, never by a header. A proxy on this machine has that address,
 * too, and a web page can have a host name that resolves to it: both are detected by their headers,
 * which can only revoke this right.
 */
function assertLocal(req: Request): void {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
    (name) => req.headers[name] !== undefined,
  )
  if (isLoopback(req.socket.remoteAddress) && !isForwarded && isLocalName(req.headers.host)) return
  throw new AppError(
    'ADMIN_LOCAL_ONLY',
    'Without an ADMIN_TOKEN only requests from the same machine are accepted. Set one to allow access from elsewhere.',
  )
}

const isLoopback = (address: string | undefined): boolean => /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/.test(address ?? '')

const isLocalName = (host: string | undefined): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host ?? '')

/** Cookies and addresses authenticate the browser; a page of another site must not use them. */
function assertOwnPage(req: Request): void {
  if (['GET', 'HEAD'].includes(req.method) || req.headers.authorization !== undefined) return
  const { origin, host, 'sec-fetch-site': site = 'none' } = req.headers
  const isOwn = ['none', 'same-origin'].includes(String(site)) && (origin === undefined || hostOf(origin) === host)
  if (!isOwn) throw new AppError('CROSS_SITE_REQUEST', 'Requests from web pages of other sites are not accepted.')
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)

function cookieOf(req: Request): string {
  const cookies = (req.headers.cookie ?? '').split(/; */).map((pair) => pair.split('='))
  return cookies.find(([name]) => name === SESSION_COOKIE)?.[1] ?? ''
}
