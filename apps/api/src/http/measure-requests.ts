import { Histogram, type Registry } from '@prometheus-io/client'
import type { RequestHandler } from 'express'

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]
/** Clients may send any method, but labels must be bounded. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * The duration of requests, by route pattern: there are as many series as routes, however many ids
 * are requested.
 */
export function measureRequests(registry: Registry): RequestHandler {
  const durations = new Histogram({
    name: 'darkroom_http_request_duration_seconds',
    help: 'From the headers of a request to the end of its response',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  })
  const known = new Map<string, { observe: (seconds: number) => void }>()
  const durationsOf = (method: string, route: string, status: string) => {
    const name = `${method} ${route} ${status}`
    const found = known.get(name) ?? durations.labels({ method, route, status })
    known.set(name, found)
    return found
  }
  return (req, res, next) => {
    const startedAt = performance.now()
    res.once('close', () => {
      const method = METHODS.includes(req.method) ? req.method : 'OTHER'
      const route = typeof res.locals.route === 'string' ? res.locals.route : 'none'
      // A client that disconnected received no response, whatever its status would have been.
      const status = res.writableFinished ? String(res.statusCode) : 'aborted'
      durationsOf(method, route, status).observe((performance.now() - startedAt) / 1000)
    })
    next()
  }
}
