import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const ID_BYTES = 8
const SECRET_BYTES = 32
const KEY = /^drk_([0-9a-f]{16})_([\w-]{43})$/

/** `drk_<id>_<secret>`: the prefix lets scanners of secrets recognise it. */
export function createKeyText(): { id: string; key: string; hash: string } {
  const id = randomBytes(ID_BYTES).toString('hex')
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return { id, key: `drk_${id}_${secret}`, hash: hashOf(secret) }
}

/** Keys cannot be guessed; anything else might have been chosen by a person. */
export const isKeyText = (text: string): boolean => KEY.test(text)

export function parseKeyText(text: string): { id: string; secret: string } | undefined {
  const [, id, secret] = KEY.exec(text) ?? []
  return id !== undefined && secret !== undefined ? { id, secret } : undefined
}

/** A secret of 256 random bits cannot be guessed from its hash, so the hash need not be slow. */
export const hashOf = (secret: string): string => hash('sha256', secret)

/** In constant time. */
export const isSecretOf = (hashOfKey: string, secret: string): boolean =>
  timingSafeEqual(Buffer.from(hashOfKey), Buffer.from(hashOf(secret)))
