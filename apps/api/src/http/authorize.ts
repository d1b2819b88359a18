import type { IncomingHttpHeaders } from 'node:http'
import { DEFAULT_TENANT, SCOPES, type Scope } from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { clientOf } from './client-address.ts'
import { rememberCaller, tenantOf, type Caller } from './tenant-of.ts'

/** What a route requires: a scope, `tasks:write` or an upload token (`upload`), or nothing. */
export type Access = Scope | 'upload' | 'open'

/** The middleware that comes before the handlers of a route. */
export type Authorize = (access: Access) => RequestHandler[]

/** What carries credentials: a request, or the handshake of a socket. */
export interface Credentialed {
  headers: IncomingHttpHeaders
  /** The address that limits apply to. */
  client: string
}

/** Who sends a request; undefined if its credentials are missing, wrong, expired or revoked. */
export type FindCaller = (req: Credentialed) => Promise<Caller | undefined>

/** Takes an upload of a token, for a page of this origin. The upload is given back if it is refused. */
export type TakeUpload = (
  token: string,
  origin: string | undefined,
) => Promise<{ caller: Caller; giveBack: () => void } | undefined>

/** The caller, if it has this scope. Throws KEY_REQUIRED, SCOPE_MISSING, TOO_MANY_TRIES. */
export type Admit = (scope: Scope, req: Credentialed) => Promise<Caller>

const ADMINISTRATION: readonly Scope[] = ['queues:admin', 'keys:admin']
/** Everybody who reaches the API, with `AUTH=off`. */
const ANYBODY: Caller = { tenant: DEFAULT_TENANT, scopes: ['tasks:read', 'tasks:write', 'queues:read'] }

/** The scope that a key must have; undefined if none is needed. */
export const scopeOf = (access: Access): Scope | undefined =>
  access === 'open' ? undefined : access === 'upload' ? 'tasks:write' : access

/** Administration requires a key in any case: where a request comes from proves nothing. */
export const needsKey = (scope: Scope, keysOn: boolean): boolean => keysOn || ADMINISTRATION.includes(scope)

/** The scopes of a caller, or of anyone without credentials. */
export const scopesOf = (caller: Caller | undefined, keysOn: boolean): Scope[] =>
  SCOPES.filter((scope) => (needsKey(scope, keysOn) ? caller : ANYBODY)?.scopes.includes(scope))

export const createAdmit =
  ({ keysOn, findCaller }: { keysOn: boolean; findCaller: FindCaller }): Admit =>
  async (scope, req) => {
    if (!needsKey(scope, keysOn)) return ANYBODY
    const caller = await findCaller(req)
    if (!caller) throw isUploadToken(bearerOf(req)) ? keyRequired(ONLY_UPLOADS) : keyRequired()
    if (!caller.scopes.includes(scope)) throw scopeMissing(`This request requires a key with the scope ${scope}.`)
    return caller
  }

/** Lets requests through to a route whose caller has its scope, and notes the caller. */
export function createAuthorize(deps: {
  keysOn: boolean
  admit: Admit
  takeUpload: TakeUpload
  /** Middleware that limits the requests of a key. */
  limitKey: RequestHandler[]
  /** Middleware that notes what administrators do. */
  noteAct: RequestHandler
}): Authorize {
  const { keysOn, admit, takeUpload, limitKey, noteAct } = deps
  const welcome: RequestHandler = (req, _res, next) => {
    rememberCaller(req, ANYBODY)
    next()
  }
  return (access) => {
    const scope = scopeOf(access)
    if (scope === undefined) return []
    const withKey: RequestHandler = async (req, _res, next) => {
      rememberCaller(req, await admit(scope, credentialsOf(req)))
      next()
    }
    const others = needsKey(scope, keysOn) ? withKey : welcome
    const first = access === 'upload' ? orWithUploadToken(takeUpload, others) : others
    return [first, ...limitKey, ...(ADMINISTRATION.includes(scope) ? [noteAct] : [])]
  }
}

export const credentialsOf = (req: Request): Credentialed => ({
  headers: req.headers,
  // Only those who guess need it.
  get client() {
    return clientOf(req)
  },
})

/** Of routes that show or change what belongs to all tenants. */
export const onlyDefaultTenant: RequestHandler = (req, _res, next) => {
  if (tenantOf(req) !== DEFAULT_TENANT)
    throw scopeMissing(`This concerns all tenants: it requires a key of the tenant ${DEFAULT_TENANT}.`)
  next()
}

/** Requests with an upload token must be forms: only these know its limits. */
const orWithUploadToken =
  (takeUpload: TakeUpload, others: RequestHandler): RequestHandler =>
  async (req, res, next) => {
    const token = bearerOf(req)
    if (!isUploadToken(token)) return others(req, res, next)
    if (!req.is('multipart/form-data'))
      throw scopeMissing('An upload token only permits uploads as multipart/form-data.')
    const taken = await takeUpload(token, req.headers.origin)
    if (!taken) throw keyRequired(TOKEN_ENDED)
    rememberCaller(req, taken.caller)
    // One that has arrived becomes a task even if its client does not wait for the response.
    res.once('close', () => (res.headersSent ? res.statusCode >= 400 : !req.complete) && taken.giveBack())
    next()
  }

/** The credentials after `Authorization: Bearer`. */
export const bearerOf = ({ headers }: Pick<Credentialed, 'headers'>): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]

const isUploadToken = (text: string | undefined): text is string => text?.startsWith('dru_') === true

const NO_KEY =
  'This request requires a valid API key: send it as Authorization: Bearer … (npm run keys -- create makes one).'
const TOKEN_ENDED =
  'This upload token is unknown, used up, expired, or for pages of another origin: ask your server for a new one.'
const ONLY_UPLOADS = 'An upload token only permits POST /api/v1/tasks. This request requires an API key.'

/** The same for every reason, so that nobody learns which ids exist. */
const keyRequired = (message = NO_KEY): AppError =>
  new AppError('KEY_REQUIRED', message, { headers: { 'WWW-Authenticate': 'Bearer realm="darkroom"' } })

export const scopeMissing = (message: string): AppError => new AppError('SCOPE_MISSING', message)
