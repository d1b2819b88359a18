import type { Problem } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { AppError } from '../app-error.ts'
import { shownPath } from './shown-path.ts'

/** The body of an error response according to RFC 9457. */
export function toProblem(error: AppError, instance?: string): Problem {
  return {
    ...error.extra,
    type: 'about:blank',
    title: titleOf(error.code),
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(instance !== undefined && { instance }),
    ...(error.errors.length > 0 && { errors: [...error.errors] }),
  }
}

/**
 * An outage or overload refuses every request for the same reason: one log line per minute is
 * enough.
 */
const SAY_AGAIN_MS = 60_000

/** Converts anything that was thrown into the error that the client receives. */
export type ToAppError = (thrown: unknown) => AppError

/** The last middleware: every error of every route is sent as a problem document. */
export function problemHandler(log: Logger, toAppError: ToAppError): ErrorRequestHandler {
  const saidAt = new Map<string, number>()
  const levelOf = ({ status, code }: AppError): 'error' | 'warn' | 'debug' => {
    if (status === 500) return 'error'
    if (performance.now() - (saidAt.get(code) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return 'debug'
    saidAt.set(code, performance.now())
    return 'warn'
  }
  return (thrown: unknown, req, res, _next) => {
    const error = toAppError(thrown)
    if (error.status >= 500) log[levelOf(error)]({ err: thrown, method: req.method, path: shownPath(req) }, error.code)
    // Not req.destroyed: that is true for every request whose body was read. Only a dead socket
    // cannot be answered.
    if (req.socket.destroyed) return
    if (res.headersSent) {
      req.socket.destroy()
      return
    }
    sendProblem(req, res, error)
  }
}

export const notFound: RequestHandler = (req) => {
  throw new AppError(
    'ROUTE_NOT_FOUND',
    `There is no route ${req.method} ${shownPath(req).slice(0, 200)}. All routes are listed at /docs`,
  )
}

/** Without `send`, which would give the text of the error an ETag. */
function sendProblem(req: Request, res: Response, error: AppError): void {
  const body = JSON.stringify(toProblem(error, shownPath(req).slice(0, 500)))
  res.locals['code'] = error.code
  res.removeHeader('ETag')
  res
    .status(error.status)
    .set({
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(body)),
    })
    .set(error.headers)
    .end(body)
}

/** `TASK_NOT_FOUND` becomes `Task not found`, `INVALID_JSON` becomes `Invalid JSON`. */
const titleOf = (code: string): string =>
  (code.charAt(0) + code.slice(1).toLowerCase())
    .replaceAll('_', ' ')
    .replaceAll(/\b(?:json|url)\b/gi, (acronym) => acronym.toUpperCase())
