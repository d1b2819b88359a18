import { Router, type RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { needsKey, scopeOf, type Access, type Authorize } from './authorize.ts'
import type { Method, Operation, Paths } from './openapi/operation.ts'

type Handlers = RequestHandler | RequestHandler[]
type Doc = Omit<Operation, 'tags'>

/** The documentation of a route, and its handler. */
export interface Route<Deps, Limits> {
  /** What its callers must be allowed to do. */
  scope: Access
  /** A function if the document depends on the limits of the installation. */
  doc: Doc | ((limits: Limits) => Doc)
  handle: (deps: Deps) => Handlers
}

/** Every router needs the middleware for the scopes of its routes. */
export interface Guarded {
  authorize: Authorize
}

/** The routes of one resource, declared together with their documentation. */
export interface Routes<Deps, Limits = unknown> {
  router: (deps: Deps & Guarded) => Router
  /** The part of the document about these routes, when the router is mounted at `base`. */
  paths: (base: string, limits: Limits) => Paths
}

/**
 * The routes of a resource, by method and path: `GET /tasks/:id`. `tag` is their tag in the
 * document.
 */
export function routesOf<Deps, Limits = unknown>(
  tag: string,
  routes: Record<`${Uppercase<Method>} /${string}`, Route<Deps, Limits>>,
): Routes<Deps, Limits> {
  const byPath = Map.groupBy(Object.entries(routes).map(toEntry), ({ path }) => path)
  /** A value for each route, by path and method. */
  const ofEach = <Made>(make: (route: Route<Deps, Limits>) => Made): [string, Partial<Record<Method, Made>>][] =>
    [...byPath].map(([path, some]) => [
      path,
      Object.fromEntries(some.map(({ method, route }) => [method, make(route)])),
    ])
  return {
    router: (deps) =>
      pagesOf(Object.fromEntries(ofEach(({ scope, handle }) => [...deps.authorize(scope), handle(deps)].flat()))),
    paths: (base, limits) =>
      Object.fromEntries(
        ofEach(({ scope, doc }) => secured(scope, withTag(tag, typeof doc === 'function' ? doc(limits) : doc))).map(
          ([path, operations]) => [toTemplate(base + path), operations],
        ),
      ),
  }
}

const toEntry = <Some>([place, route]: [string, Some]) => {
  const [method = '', path = ''] = place.split(' ')
  return { method: method.toLowerCase() as Method, path, route }
}

const withTag = (tag: string, { operationId, ...rest }: Doc): Operation => ({ operationId, tags: [tag], ...rest })

/** With `AUTH=off` only administration requires a key: `{}` means none. */
function secured(access: Access, operation: Operation): Operation {
  const scope = scopeOf(access)
  if (scope === undefined) return operation
  return {
    ...operation,
    security: [
      { apiKey: [scope] },
      { session: [] },
      ...(access === 'upload' ? [{ uploadToken: [] }] : []),
      ...(needsKey(scope, false) ? [] : [{}]),
    ],
    problems: [
      ...(operation.problems ?? []),
      'KEY_REQUIRED',
      'SCOPE_MISSING',
      'TOO_MANY_TRIES',
      'ISSUER_UNAVAILABLE',
      'STORE_UNAVAILABLE',
    ],
  }
}

/** `/tasks/:id` in OpenAPI syntax. */
const toTemplate = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}')

/**
 * A router for paths and their methods. Other methods of a known path get a 405 with the supported
 * ones. Used directly for pages only, which are not in the document.
 */
export function pagesOf(paths: Record<string, Partial<Record<Method, Handlers>>>): Router {
  const router = Router({ caseSensitive: true })
  for (const [path, handlers] of Object.entries(paths)) {
    const route = router.route(path)
    // By pattern, not by path: the number of metrics must not grow with the ids in them.
    route.all((req, res, next) => {
      // Express takes // for the root, too.
      if (path === '/' && req.path !== path) return next('router')
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
    throw new AppError('METHOD_NOT_ALLOWED', `This path supports ${allow}.`, { headers: { Allow: allow } })
  }
}
