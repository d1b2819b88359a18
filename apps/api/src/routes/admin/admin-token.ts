import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export const SESSION_SECONDS = 12 * 3600

/** Compares with the token in constant time. */
export function isToken(given: string, token: string): boolean {
  return sameText(given, token)
}

/**
 * The content of the session cookie: its expiry, signed. The key is derived from the token, so
 * every replica accepts it and a new token ends all sessions; the token itself cannot be derived
 * from it.
 */
export function signSession(token: string, now: number): string {
  const until = String(now + SESSION_SECONDS * 1000)
  return `${until}.${signatureOf(until, token)}`
}

export function isSession(value: string, token: string, now: number): boolean {
  const [until = ''] = value.split('.')
  return sameText(value, `${until}.${signatureOf(until, token)}`) && Number(until) > now
}

const signatureOf = (until: string, token: string): string =>
  createHmac('sha256', `darkroom admin session ${token}`).update(until).digest('base64url')

/** Digests have equal lengths, which the comparison requires. */
const sameText = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b))

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
