import { DEFAULT_TENANT, SCOPES } from '@darkroom/contracts'
import type { IsAdmitted } from '../../http/caller-watch.ts'
import type { Credentialed, FindCaller } from '../../http/authorize.ts'
import type { Caller } from '../../http/tenant-of.ts'
import type { Keys } from '../../keys/create-keys.ts'
import type { KeyRecord } from '../../keys/key-store.ts'
import { isSession, isToken } from './admin-token.ts'

export const SESSION_COOKIE = 'darkroom_admin'
/** A session of a key; those of the ADMIN_TOKEN contain a dot. */
const KEY_SESSION = /^[\w-]{43}$/

/** Holders of the ADMIN_TOKEN. */
const OPERATOR = { tenant: DEFAULT_TENANT, scopes: SCOPES }

export interface Credentials extends Pick<Keys, 'ring' | 'signIns'> {
  /** The ADMIN_TOKEN, if there is one. */
  token: string | undefined
}

/** Whether the credentials of a caller are still valid. */
export const createIsAdmitted =
  (ring: Keys['ring']): IsAdmitted =>
  async ({ keyId, until = Infinity }) =>
    Date.now() < until && (keyId === undefined || (await ring.valid(keyId)) !== undefined)

/** By `Authorization: Bearer`, otherwise by the cookie of a browser that is signed in. */
export function createFindCaller({ token, ring, signIns }: Credentials): FindCaller {
  const byBearer: (text: string) => ReturnType<FindCaller> = async (text) =>
    token !== undefined && isToken(text, token) ? OPERATOR : toCaller(await ring.check(text))

  const byCookie: (cookie: string) => ReturnType<FindCaller> = async (cookie) => {
    if (token !== undefined && isSession(cookie, token, Date.now())) return OPERATOR
    if (!KEY_SESSION.test(cookie)) return undefined
    const keyId = await signIns.keyOf(cookie, new Date())
    return keyId === undefined ? undefined : toCaller(await ring.valid(keyId))
  }

  return (req) => {
    const bearer = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
    return bearer === undefined ? byCookie(sessionOf(req)) : byBearer(bearer)
  }
}

const toCaller = (key: KeyRecord | undefined): Caller | undefined =>
  key && { tenant: key.tenant, scopes: key.scopes, keyId: key.id }

/** The session cookie, or nothing. */
export function sessionOf({ headers }: Credentialed): string {
  const cookies = (headers.cookie ?? '').split(/; */).map((pair) => pair.split('='))
  return cookies.find(([name]) => name === SESSION_COOKIE)?.[1] ?? ''
}
