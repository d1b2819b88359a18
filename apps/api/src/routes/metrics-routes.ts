import type { Registry } from '@prometheus-io/client'
import type { Router } from 'express'
import { routesOf } from '../http/routes.ts'

/** `/metrics`, as Prometheus reads it. */
export function metricsRoutes(registry: Registry): Router {
  return routesOf({
    '/metrics': {
      get: async (_req, res) => {
        const text = await registry.metrics()
        res.set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).send(text)
      },
    },
  })
}
