import type { Request, RequestHandler, Router } from 'express'
import { routesOf } from '../http/routes.ts'
import type { Send } from '../send.ts'
import { parseInput } from '../http/input.ts'
import { GetQueueStats } from '../queues/get-queue-stats.ts'
import { ListQueueJobs } from '../queues/list-queue-jobs.ts'
import { jobsQuery } from './queue-fields.ts'
import { SwitchQueue } from '../queues/switch-queue.ts'

/** `/api/v1/queues`: what waits, runs and ended; `admin` stands before what changes a queue. */
export function queueRoutes({ send, admin }: { send: Send; admin: RequestHandler }): Router {
  const switchTo =
    (to: SwitchQueue['to']): RequestHandler =>
    async (req, res) => {
      await send(new SwitchQueue(nameOf(req), to))
      const [stats] = await send(new GetQueueStats(nameOf(req)))
      res.json(stats)
    }
  return routesOf({
    '/queues': {
      get: async (_req, res) => {
        res.json({ items: await send(new GetQueueStats()) })
      },
    },
    '/queues/:name/stats': {
      get: async (req, res) => {
        const [stats] = await send(new GetQueueStats(nameOf(req)))
        res.json(stats)
      },
    },
    '/queues/:name/pause': { post: [admin, switchTo('paused')] },
    '/queues/:name/resume': { post: [admin, switchTo('running')] },
    '/queues/:name/jobs': {
      get: async (req, res) => {
        const { state, start, end } = parseInput(jobsQuery, req.query, 'INVALID_QUERY')
        const items = await send(new ListQueueJobs(nameOf(req), state, start, end))
        res.json({ items, state, start, end })
      },
    },
  })
}

const nameOf = (req: Request): string => String(req.params.name)
