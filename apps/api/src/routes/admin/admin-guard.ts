import type { Request, RequestHandler } from 'express'
import { AppError } from '../../app-error.ts'
import { isSession, isToken } from './admin-token.ts'

export const SESSION_COOKIE = 'darkroom_admin'

/**
 * Lets operators pass: with a token configured, whoever shows it (Authorization: Bearer) or the
 * cookie that a login with it gave; without one, only requests from this very machine.
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
 * By the address of the connection, never by what a header claims. A proxy on this machine has that
 * address too, and a web page can be given a name that leads here: both are told by their headers,
 * which can only lose a request this right.
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

/** Cookies and addresses speak for whoever sits at the browser; a foreign page there must not. */
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
