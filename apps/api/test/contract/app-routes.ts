import type { Express } from 'express'

interface Layer {
  /** The path at which it is mounted; '/' for all paths. */
  rawPath: string | string[]
  route?: { path: string; methods: Record<string, boolean> }
  handle: { stack?: Layer[] }
}

/**
 * Every method and path that the application handles. If something other than a route handles
 * everything below a path (another application, or a folder of files), this is one entry, such as
 * `USE /docs`.
 */
export function routesOfApp(app: Express): string[] {
  const found = new Set(routesIn((app.router as unknown as { stack: Layer[] }).stack, ''))
  const paths = new Set([...found].flatMap((route) => (isUse(route) ? [] : [pathOf(route)])))
  // Middleware at the path of a route does not respond itself.
  return [...found].filter((route) => !isUse(route) || !paths.has(pathOf(route)))
}

const pathOf = (route: string): string => route.slice(route.indexOf(' ') + 1)
const isUse = (route: string): boolean => route.startsWith('USE ')

const routesIn = (layers: readonly Layer[], base: string): string[] =>
  layers.flatMap((layer) => routesOfLayer(layer, base))

function routesOfLayer({ rawPath, route, handle }: Layer, base: string): string[] {
  if (route) return methodsOf(route.methods).map((method) => `${method} ${base}${route.path}`)
  return [rawPath].flat().flatMap((path) => {
    const at = path === '/' ? base : base + path
    if (handle.stack) return routesIn(handle.stack, at)
    // Middleware without a path does not respond itself.
    return path === '/' ? [] : [`USE ${at.replace(/\/\d+\.\d+\.\d+$/, '/:version')}`]
  })
}

const methodsOf = (methods: Record<string, boolean>): string[] =>
  Object.keys(methods)
    .filter((method) => method !== '_all')
    .map((method) => method.toUpperCase())
