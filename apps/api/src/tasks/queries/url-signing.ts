import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { fromBase64url } from '../../ground/base64url.ts'

/**
 * A secret, and the id by which URLs refer to it, so that it can be replaced while URLs signed with
 * it are still valid.
 */
export interface SigningKey {
  kid: string
  secret: string
}

/** What a signed URL permits: downloading this until `expires`, in seconds since 1970. */
export interface DownloadGrant {
  tenant: string
  taskId: string
  /** The name of the file; undefined means the first. */
  file: string | undefined
  expires: number
}

/** The requested file: any file by its name, a variant also by its width, which is its name. */
export interface FileQuery {
  file?: string | undefined
  resolution?: string | undefined
}

export const nameIn = ({ file, resolution }: FileQuery): string | undefined => file ?? resolution

export interface UrlSigner {
  /** The token of a URL; undefined without a key. */
  sign: (grant: DownloadGrant) => string | undefined
  /** What a token permits; undefined if it was not made with one of the keys. */
  verify: (token: string) => DownloadGrant | undefined
}

const TOKEN = /^([\w-]{1,32})\.([\w-]{40,400})$/
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Signs with the first key and verifies with all of them. A token is encrypted, so it neither tells
 * the id of the task nor can it be modified.
 */
export function createUrlSigner(keys: readonly SigningKey[]): UrlSigner {
  const ciphers = keys.map(({ kid, secret }) => ({ kid, key: derive(secret) }))
  const [first] = ciphers
  return {
    sign: (grant) => first && `${first.kid}.${encrypt(toText(grant), first).toString('base64url')}`,
    verify: (token) => {
      const [, kid, sealed = ''] = TOKEN.exec(token) ?? []
      const cipher = ciphers.find((candidate) => candidate.kid === kid)
      const bytes = fromBase64url(sealed)
      const text = cipher && bytes && decrypt(bytes, cipher)
      return text === undefined ? undefined : toGrant(text)
    },
  }
}

interface Cipher {
  kid: string
  key: Buffer
}

const derive = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'darkroom download URL', 32))

function encrypt(text: string, { kid, key }: Cipher): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(kid))
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

function decrypt(sealed: Buffer, { kid, key }: Cipher): string | undefined {
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(kid)).setAuthTag(sealed.subarray(-TAG_BYTES))
    const hidden = sealed.subarray(NONCE_BYTES, -TAG_BYTES)
    return Buffer.concat([decipher.update(hidden), decipher.final()]).toString()
  } catch {
    return undefined
  }
}

/** Unambiguous: no field contains a line break. */
const toText = ({ tenant, taskId, file, expires }: DownloadGrant): string =>
  [tenant, taskId, expires, file ?? ''].join('\n')

function toGrant(text: string): DownloadGrant {
  const [tenant = '', taskId = '', expires, file] = text.split('\n')
  return { tenant, taskId, expires: Number(expires), file: file || undefined }
}
