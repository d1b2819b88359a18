import express, { type Express, type RequestHandler, type Router } from 'express'
import type { Logger } from '@darkroom/runtime'
import { notFound, problemHandler } from './problem.ts'

/** The HTTP application: what every answer has in common, and where each router hangs. */
export function createHttpApp(options: {
  v1: readonly Router[]
  aliases: readonly Router[]
  health: Router
  logRequests: RequestHandler
  /** While closing, every answer asks its client to come back on another connection. */
  isClosing: () => boolean
  log: Logger
}): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('case sensitive routing', true)
  app.use(options.logRequests, commonHeaders(options.isClosing))
  app.use('/api/v1', ...options.v1)
  app.use('/api', ...options.aliases)
  for (const base of ['/', '/api', '/api/v1']) app.use(base, options.health)
  app.use(notFound)
  app.use(problemHandler(options.log))
  return app
}

const commonHeaders =
  (isClosing: () => boolean): RequestHandler =>
  (req, res, next) => {
    // fetch adds `no-cache` to whatever names an ETag, and Express would never answer 304 to it. Who names one asks for it.
    if (req.headers['if-none-match']) delete req.headers['cache-control']
    res.set('X-Content-Type-Options', 'nosniff')
    if (isClosing()) res.set('Connection', 'close')
    next()
  }
