import { inTime, type Logger } from '@darkroom/runtime'
import type { Request, RequestHandler, Response } from 'express'
import type { Audit } from '../audit/create-audit.ts'
import { clientOf } from '../http/client-address.ts'
import { shownPath } from '../http/shown-path.ts'
import { callerOf } from '../http/tenant-of.ts'

/** A queue can be paused while MongoDB is away: then the act is in the process's log only. */
const NOTED_WITHIN_MS = 1000
const MOST_REQUEST_CHARACTERS = 4096

/** What an act created, for the audit log. Never a secret. */
export const noteResult = (res: Response, result: Record<string, unknown>): void => void (res.locals['act'] = result)

/**
 * Middleware of every route for administrators: enters changes in the audit log before they are
 * made, and what became of them afterwards.
 */
export const createNoteAct =
  ({ store, log }: { store: Audit['store']; log: Logger }): RequestHandler =>
  async (req, res, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(req.method)) return next()
    const act = actOf(req, res)
    const failed = (error: unknown): void =>
      log.warn({ err: error, act }, 'an act of an administrator is not in the audit log')
    const id = await inTime(NOTED_WITHIN_MS, () => store.insert(act)).catch(failed)
    res.once('close', () => {
      if (typeof id === 'string') store.complete(id, outcomeOf(req, res)).catch(failed)
    })
    next()
  }

function actOf(req: Request, res: Response) {
  const { tenant, keyId } = callerOf(req)
  return {
    at: new Date(),
    tenant,
    keyId: keyId ?? null,
    address: clientOf(req),
    action: `${req.method} ${String(res.locals.route)}`,
    path: shownPath(req),
    ...{ request: null, result: null, status: null },
  }
}

const outcomeOf = (req: Request, res: Response) => ({
  status: res.statusCode,
  request: requestOf(req.body),
  result: (res.locals['act'] as Record<string, unknown> | undefined) ?? null,
})

/** Bodies of these routes have no secrets. */
function requestOf(body: unknown): Record<string, unknown> | null {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  return isObject && JSON.stringify(body).length <= MOST_REQUEST_CHARACTERS ? { ...body } : null
}
