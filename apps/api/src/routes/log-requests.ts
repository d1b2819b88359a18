import { randomUUID } from 'node:crypto'
import type { Logger } from '@darkroom/runtime'
import type { Request, RequestHandler, Response } from 'express'
import { shownPath } from '../http/shown-path.ts'
import { uploadNoteOf } from '../uploads/note-upload.ts'

const UPLOADS = /^\/api\/(v1\/(tasks|batches)|jobs)\/?$/
const REQUEST_ID = /^[\w.-]{1,64}$/

/**
 * Logs one line per request when it has ended: uploads, accepted or refused, at level info; other
 * successful requests only at debug. Each has the request's id, which the client may set and
 * receives in the response.
 */
export function logRequests(log: Logger): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    const given = req.get('x-request-id') ?? ''
    const reqId = REQUEST_ID.test(given) ? given : randomUUID()
    res.set('X-Request-Id', reqId)
    res.once('close', () => {
      const path = shownPath(req)
      const isUpload = req.method === 'POST' && UPLOADS.test(path)
      const level = res.statusCode >= 500 ? 'warn' : isUpload ? 'info' : 'debug'
      if (!log.isLevelEnabled(level)) return
      const ms = Math.round(performance.now() - startedAt)
      const facts = isUpload
        ? { reqId, ...uploadFacts(req, res), ms }
        : { reqId, req: { method: req.method, url: path }, res: { statusCode: res.statusCode }, responseTime: ms }
      if (!res.writableFinished) log[level](facts, isUpload ? 'upload aborted' : 'request aborted')
      else if (isUpload) log[level](facts, res.statusCode < 400 ? 'upload accepted' : 'upload refused')
      else log[level](facts, 'request completed')
    })
    next()
  }
}

function uploadFacts(req: Request, res: Response): object {
  const { bytes = Number(req.get('content-length')) || undefined, ...note } = uploadNoteOf(res)
  const code: unknown = res.locals['code']
  return {
    ...note,
    ...(bytes !== undefined && { bytes }),
    status: res.statusCode,
    ...(typeof code === 'string' && { code }),
  }
}
