import type { Logger } from '@darkroom/runtime'
import type { RequestHandler } from 'express'

/** One line a request when it has ended; probes and answers without trouble only at level debug. */
export function logRequests(log: Logger): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    res.once('close', () => {
      const { statusCode } = res
      const level = statusCode >= 500 ? 'warn' : 'debug'
      if (!log.isLevelEnabled(level)) return
      const request = { method: req.method, url: req.originalUrl.split('?')[0] }
      const facts = { req: request, res: { statusCode }, responseTime: Math.round(performance.now() - startedAt) }
      log[level](facts, res.writableFinished ? 'request completed' : 'request aborted')
    })
    next()
  }
}
