import { createHmac, timingSafeEqual } from 'node:crypto'

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

export interface Signature {
  kid: string
  signature: string
}

export interface UrlSigner {
  /** undefined without a key. */
  sign: (grant: DownloadGrant) => Signature | undefined
  isSigned: (grant: DownloadGrant, by: Signature) => boolean
}

/** Signs with the first key and verifies with all of them. */
export function createUrlSigner(keys: readonly SigningKey[]): UrlSigner {
  const [first] = keys
  return {
    sign: (grant) => first && { kid: first.kid, signature: digest(grant, first).toString('base64url') },
    isSigned: (grant, { kid, signature }) => {
      const key = keys.find((candidate) => candidate.kid === kid)
      return key !== undefined && isEqual(Buffer.from(signature, 'base64url'), digest(grant, key))
    },
  }
}

/** HMAC-SHA256 of an unambiguous form: no field contains a line break. */
function digest({ tenant, taskId, file, expires }: DownloadGrant, { kid, secret }: SigningKey): Buffer {
  const text = ['download', kid, tenant, taskId, file ?? '', expires].join('\n')
  return createHmac('sha256', secret).update(text).digest()
}

/** In constant time, so that a signature cannot be guessed byte by byte. */
const isEqual = (given: Buffer, expected: Buffer): boolean =>
  given.length === expected.length && timingSafeEqual(given, expected)
