import type { Express } from 'express'

interface Layer {
  /** Where it hangs; '/' for what stands before everything. */
  rawPath: string | string[]
  route?: { path: string; methods: Record<string, boolean> }
  handle: { stack?: Layer[] }
}

/**
 * Every method and path that the application answers. Where something else than a route answers
 * whatever is below a path, another application or a folder of files, it is one line: `USE /path`.
 */
export function routesOfApp(app: Express): string[] {
  const found = new Set(routesIn((app.router as unknown as { stack: Layer[] }).stack, ''))
  const paths = new Set([...found].flatMap((route) => (isUse(route) ? [] : [pathOf(route)])))
  // What hangs at the path of a route only stands before it.
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
    // Without a path of its own it is a middleware and answers nothing by itself.
    return path === '/' ? [] : [`USE ${at.replace(/\/\d+\.\d+\.\d+$/, '/:version')}`]
  })
}

const methodsOf = (methods: Record<string, boolean>): string[] =>
  Object.keys(methods)
    .filter((method) => method !== '_all')
    .map((method) => method.toUpperCase())
