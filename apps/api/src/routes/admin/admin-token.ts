import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export const SESSION_SECONDS = 12 * 3600

/** Compares with the token in a time that tells nothing about either. */
export function isToken(given: string, token: string): boolean {
  return sameText(given, token)
}

/**
 * What the cookie of a browser that knows the token says: until when, signed. The key is made of
 * the token, so every replica takes it and a new token ends all sessions; the token itself cannot
 * be read from it.
 */
export function signSession(token: string, now: number): string {
  const until = String(now + SESSION_SECONDS * 1000)
  return `${until}.${signatureOf(until, token)}`
}

export function isSession(value: string, token: string, now: number): boolean {
  const [until = '', signature = ''] = value.split('.')
  return sameText(signature, signatureOf(until, token)) && Number(until) > now
}

const signatureOf = (until: string, token: string): string =>
  createHmac('sha256', `darkroom admin session ${token}`).update(until).digest('base64url')

/** Digests have one length, as the comparison demands. */
const sameText = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b))

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
