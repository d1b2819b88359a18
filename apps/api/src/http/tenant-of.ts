import type { Scope } from '@darkroom/contracts'
import type { Request } from 'express'

/** Who sends a request, and what they may do. */
export interface Caller {
  tenant: string
  scopes: readonly Scope[]
  /** The key that it used, which may be revoked later. */
  keyId?: string
  /** The name of the key, for people. */
  name?: string
  /** Whom an issuer gave its token. */
  subject?: string
  /** When its credentials expire, in milliseconds since 1970. */
  until?: number
  /** Of an upload token, which permits nothing else. */
  upload?: { kind: string | null; maxBytes: number | null }
}

const callers = new WeakMap<Request, Caller>()

export const rememberCaller = (req: Request, caller: Caller): void => void callers.set(req, caller)

/** Only for handlers of routes that require a scope: nobody else is known. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req)
  if (!caller) throw new Error('This route requires no scope, so its caller is unknown')
  return caller
}

/** The tenant of a request: every query, key and path carries it. */
export const tenantOf = (req: Request): string => callerOf(req).tenant
