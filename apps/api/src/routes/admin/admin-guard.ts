import type { Request, RequestHandler } from 'express'
import { AppError } from '../../app-error.ts'
import { isSession, isToken } from './admin-token.ts'

export const SESSION_COOKIE = 'darkroom_admin'

/**
 * Authenticates operators by the token (Authorization: Bearer) or the cookie of a login with it.
 * Without a token configured there are none: that a request comes from this machine can be proved
 * neither by its address, which is also that of a proxy, nor by its headers.
 */
export function adminGuard(token: string | undefined): RequestHandler {
  return (req, _res, next) => {
    if (token === undefined || !isOperator(req, token)) throw notOperator(token)
    next()
  }
}

function isOperator(req: Request, token: string): boolean {
  const bearer = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  return bearer === undefined ? isSession(cookieOf(req), token, Date.now()) : isToken(bearer, token)
}

const notOperator = (token: string | undefined): AppError =>
  new AppError(
    'ADMIN_TOKEN_REQUIRED',
    token === undefined
      ? 'No ADMIN_TOKEN is set, so operator requests are refused: set one, and send it as Authorization: Bearer …'
      : 'This request requires the ADMIN_TOKEN: send it as Authorization: Bearer …',
    { headers: { 'WWW-Authenticate': 'Bearer realm="darkroom"' } },
  )

function cookieOf(req: Request): string {
  const cookies = (req.headers.cookie ?? '').split(/; */).map((pair) => pair.split('='))
  return cookies.find(([name]) => name === SESSION_COOKIE)?.[1] ?? ''
}
