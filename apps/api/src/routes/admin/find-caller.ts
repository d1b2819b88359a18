import { DEFAULT_TENANT, SCOPES } from '@darkroom/contracts'
import type { IsAdmitted } from '../../http/caller-watch.ts'
import type { GuessLimit } from '../../http/guess-limit.ts'
import { bearerOf, type Credentialed, type FindCaller } from '../../http/authorize.ts'
import type { Caller } from '../../http/tenant-of.ts'
import type { Keys } from '../../keys/create-keys.ts'
import { isKeyText } from '../../keys/key-text.ts'
import { isTokenText } from '../../keys/oidc.ts'
import { isSession, isToken } from './admin-token.ts'

export const SESSION_COOKIE = 'darkroom_admin'
/** A session of a key; those of the ADMIN_TOKEN contain a dot. */
const KEY_SESSION = /^[\w-]{43}$/

/** Holders of the ADMIN_TOKEN. */
const OPERATOR = { tenant: DEFAULT_TENANT, scopes: SCOPES, name: 'ADMIN_TOKEN' }

export interface Credentials extends Pick<Keys, 'ring' | 'signIns' | 'verifyToken'> {
  guesses: GuessLimit
  /** The ADMIN_TOKEN, if there is one. */
  token: string | undefined
}

/** Whether the credentials of a caller are still valid. */
export const createIsAdmitted =
  (ring: Keys['ring']): IsAdmitted =>
  async ({ keyId, until = Infinity }) =>
    Date.now() < until && (keyId === undefined || (await ring.valid(keyId)) !== undefined)

/** By `Authorization: Bearer`, otherwise by the cookie of a browser that is signed in. */
export function createFindCaller({ token, ring, signIns, verifyToken, guesses }: Credentials): FindCaller {
  const byBearer = async (text: string, req: Credentialed): ReturnType<FindCaller> => {
    if (isKeyText(text)) return toCaller(await ring.check(text))
    if (verifyToken && isTokenText(text)) return verifyToken(text)
    return byToken(req.client, (right) => isToken(text, right))
  }

  const byToken = (client: string, isRight: (right: string) => boolean): Caller | undefined =>
    token !== undefined && guesses.attempt(client, () => isRight(token)) ? OPERATOR : undefined

  const byCookie = async (cookie: string, req: Credentialed): ReturnType<FindCaller> => {
    if (cookie === '') return undefined
    // Whoever guesses the token could sign a session with it.
    if (!KEY_SESSION.test(cookie)) return byToken(req.client, (right) => isSession(cookie, right, Date.now()))
    const keyId = await signIns.keyOf(cookie, new Date())
    return keyId === undefined ? undefined : toCaller(await ring.valid(keyId))
  }

  return (req) => {
    const bearer = bearerOf(req)
    return bearer === undefined ? byCookie(sessionOf(req), req) : byBearer(bearer, req)
  }
}

type ValidKey = Awaited<ReturnType<Keys['ring']['valid']>>

const toCaller = (key: ValidKey): Caller | undefined =>
  key && { tenant: key.tenant, scopes: key.scopes, keyId: key.id, name: key.name }

/** The session cookie, or nothing. */
export function sessionOf({ headers }: Pick<Credentialed, 'headers'>): string {
  const cookies = (headers.cookie ?? '').split(/; */).map((pair) => pair.split('='))
  return cookies.find(([name]) => name === SESSION_COOKIE)?.[1] ?? ''
}
