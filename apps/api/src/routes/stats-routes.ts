import type { Router } from 'express'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetStats } from '../stats/get-stats.ts'

/** `/api/v1/stats`: what all tasks come to. */
export function statsRoutes({ send }: { send: Send }): Router {
  return routesOf({
    '/stats': {
      get: async (req, res) => {
        res.json(await send(new GetStats(tenantOf(req))))
      },
    },
  })
}
