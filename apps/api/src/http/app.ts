import type { IncomingMessage } from 'node:http'
import express, { type Express, type Request, type RequestHandler, type Response, type Router } from 'express'
import type { Logger } from '@darkroom/runtime'
import { AppError } from '../app-error.ts'
import { checkHost } from './check-host.ts'
import { allowOrigins, checkOrigin, type CorsOrigins } from './check-origin.ts'
import { notFound, problemHandler, type ToAppError } from './problem.ts'

/** The HTTP application: what all responses have in common, and where each router is mounted. */
export function createHttpApp(options: {
  v1: readonly Router[]
  aliases: readonly Router[]
  health: readonly Router[]
  /** At the root: the docs, and for operators the board and the metrics. */
  root: readonly (Router | RequestHandler)[]
  /** Before everything else. */
  watch: readonly RequestHandler[]
  /** Host names of this service, besides addresses and names without a dot. */
  hostNames: readonly string[]
  corsOrigins: CorsOrigins
  /** Limits the requests of an address. */
  limitAddress: readonly RequestHandler[]
  /** What a key may see is stored in no cache. */
  isPrivate: boolean
  /** The proxies whose client addresses are trusted. */
  trustProxy: false | number | string[]
  /** During shutdown, every response asks the client to reconnect. */
  isClosing: () => boolean
  toAppError: ToAppError
  log: Logger
}): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('case sensitive routing', true)
  app.set('trust proxy', options.trustProxy)
  beforeHeaders(app, (res) => {
    // Evaluated now: the shutdown may start while the request is being processed.
    if (options.isClosing()) res.setHeader('Connection', 'close')
    if (options.isPrivate && /json/.test(String(res.getHeader('Content-Type'))))
      res.setHeader('Cache-Control', 'no-store')
  })
  app.use(...options.watch, commonHeaders, refuseUnclear, checkHost(options.hostNames))
  if (options.corsOrigins.length > 0) app.use(allowOrigins(options.corsOrigins))
  app.use(checkOrigin(options.corsOrigins), ...options.limitAddress)
  app.use('/api/v1', ...options.v1)
  app.use('/api', ...options.aliases)
  for (const base of ['/', '/api', '/api/v1']) app.use(base, ...options.health)
  app.use(...options.root)
  app.use(notFound)
  app.use(problemHandler(options.log, options.toAppError))
  return app
}

/** Whether a connection from this address may carry many clients. */
export const isProxy = (app: Express, address: string): boolean =>
  (app.get('trust proxy fn') as (address: string, hop: number) => boolean)(address, 0)

/** A request that Express does not receive, such as an upgrade, with the properties of Express. */
export const asRequest = (app: Express, req: IncomingMessage): Request =>
  Object.setPrototypeOf(req, app.request) as Request

const commonHeaders: RequestHandler = (req, res, next) => {
  // fetch adds `no-cache` to conditional requests, and Express would never respond with 304. A
  // request with an ETag wants it.
  if (req.headers['if-none-match']) delete req.headers['cache-control']
  res.setHeader('X-Content-Type-Options', 'nosniff')
  next()
}

/** Runs when the headers of a response are written, after everything that sets them. */
function beforeHeaders({ response }: Express, run: (res: Response) => void): void {
  const { writeHead } = response as { writeHead: (this: Response, ...given: unknown[]) => Response }
  Object.assign(response, {
    writeHead(this: Response, ...given: unknown[]) {
      run(this)
      return writeHead.apply(this, given)
    },
  })
}

/**
 * Node would refuse these as well, but without an explanation in the body (RFC 9112 section 3.2,
 * RFC 9110 section 10.1.1).
 */
const refuseUnclear: RequestHandler = (req, _res, next) => {
  const { host, expect } = req.headers
  if (req.httpVersion === '1.1') {
    if ((req.headersDistinct.host?.length ?? 0) > 1)
      throw new AppError('INVALID_REQUEST', 'The request has more than one Host header.')
    if (host === undefined) throw new AppError('INVALID_REQUEST', 'An HTTP/1.1 request must have a Host header.')
    if (expect !== undefined && !/100-continue/i.test(expect)) {
      throw new AppError('EXPECTATION_FAILED', 'The only supported expectation is 100-continue.')
    }
  }
  next()
}
