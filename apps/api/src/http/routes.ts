import { Router, type RequestHandler } from 'express'
import { AppError } from '../app-error.ts'

type Method = 'get' | 'post' | 'patch' | 'delete'
export type RouteHandlers = Partial<Record<Method, RequestHandler | RequestHandler[]>>

/**
 * A router of paths with all their methods: a known path asked with another method answers 405 and
 * says which it takes.
 */
export function routesOf(paths: Record<string, RouteHandlers>): Router {
  const router = Router({ caseSensitive: true })
  for (const [path, handlers] of Object.entries(paths)) {
    const route = router.route(path)
    // By its pattern, not by what was asked: what counts requests must not grow with the ids in
    // them.
    route.all((req, res, next) => {
      res.locals.route = req.baseUrl + path
      next()
    })
    for (const [method, handler] of Object.entries(handlers)) route[method as Method](handler)
    route.all(refuseMethod(Object.keys(handlers)))
  }
  return router
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  const allow = [...allowed, 'OPTIONS'].join(', ')
  return (req, res) => {
    if (req.method === 'OPTIONS') {
      res.set('Allow', allow).status(204).end()
      return
    }
    throw new AppError('METHOD_NOT_ALLOWED', `This path takes ${allow}.`, { headers: { Allow: allow } })
  }
}
