import { SCOPES, TENANT_PATTERN, type Scope } from '@darkroom/contracts'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { AppError } from '../app-error.ts'

export interface OidcSettings {
  issuer: string
  audience: string
  tenantClaim: string
  scopesClaim: string
}

/** What an access token of the issuer permits. */
export interface TokenHolder {
  tenant: string
  subject: string
  scopes: Scope[]
  /** When it expires, in milliseconds since 1970. */
  until: number
}

export type VerifyToken = (token: string) => Promise<TokenHolder | undefined>

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/
/** Signatures only: with a shared secret, whoever can verify a token could also make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const CLOCK_TOLERANCE_SECONDS = 30
const ASK_MS = 5000
/** After the issuer did not answer, it is asked again after this long. */
const RETRY_MS = 5000
/** Failures that say something about the issuer, not about the token. */
const ISSUER_FAULTS = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']

/** Whether a text has the form of a token, three parts separated by dots. */
export const isTokenText = (text: string): boolean => TOKEN.test(text)

/** Verifies access tokens (JWT) of an OpenID Connect issuer with its public keys, which are cached. */
export function createVerifyToken({ issuer, audience, tenantClaim, scopesClaim }: OidcSettings): VerifyToken {
  const options = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp'],
  }
  let keys: Promise<JWTVerifyGetKey> | undefined
  const keysOf = (): Promise<JWTVerifyGetKey> => {
    keys ??= discover(issuer).catch((error: unknown) => {
      setTimeout(() => (keys = undefined), RETRY_MS).unref()
      throw error
    })
    return keys
  }
  return async (token) => {
    const { errors, jwtVerify } = await import('jose')
    try {
      const { payload } = await jwtVerify(token, await keysOf(), options)
      return toHolder(payload, payload[tenantClaim], payload[scopesClaim])
    } catch (error) {
      if (error instanceof errors.JOSEError && !ISSUER_FAULTS.includes(error.code)) return undefined
      throw issuerAway(error)
    }
  }
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })
  const found = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (found.issuer !== issuer || typeof found.jwks_uri !== 'string')
    throw new Error('OIDC_ISSUER is not the issuer that its own configuration names')
  const { createRemoteJWKSet } = await import('jose')
  return createRemoteJWKSet(new URL(found.jwks_uri), { timeoutDuration: ASK_MS })
}

/** A token without a tenant is none of ours; scopes of other services are ignored. */
function toHolder({ exp = 0, sub = '' }: JWTPayload, tenant: unknown, scopes: unknown): TokenHolder | undefined {
  if (typeof tenant !== 'string' || !TENANT_PATTERN.test(tenant)) return undefined
  const named: unknown[] = typeof scopes === 'string' ? scopes.split(' ') : Array.isArray(scopes) ? scopes : []
  return { tenant, subject: sub, scopes: SCOPES.filter((scope) => named.includes(scope)), until: exp * 1000 }
}

const issuerAway = (cause: unknown): AppError =>
  new AppError('ISSUER_UNAVAILABLE', 'The issuer of access tokens cannot be reached, so yours cannot be verified.', {
    cause,
    headers: { 'Retry-After': '5' },
  })
