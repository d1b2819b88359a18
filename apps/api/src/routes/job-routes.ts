import type { Router } from 'express'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { JOB_STATUSES, toJobProgress, toJobView } from './job-view.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import { parseInput } from '../http/input.ts'
import { jobListQuery } from './task-fields.ts'
import { idOf, retryAfter, type TaskRouteDeps } from './task-routes.ts'

/**
 * `/api/jobs`: the older, smaller form of the same resource, over the same commands and queries.
 */
export function jobRoutes({
  send,
  receive,
  acceptUpload,
  sendVariant,
}: Omit<TaskRouteDeps, 'waiting' | 'readJson'>): Router {
  return routesOf({
    '/jobs': {
      post: [
        ...receive,
        async (req, res) => {
          const { jobId, estimate, estimatedTime } = await acceptUpload(req)
          const urls = { statusUrl: `/api/jobs/${jobId}/status`, downloadUrl: `/api/jobs/${jobId}/download` }
          res
            .status(202)
            .location(urls.statusUrl)
            .set('Retry-After', retryAfter(estimate))
            .json({ jobId, ...urls, estimatedTime })
        },
      ],
      get: async (req, res) => {
        const { status, limit } = parseInput(jobListQuery, req.query, 'INVALID_QUERY')
        const filter = { tenant: tenantOf(req), status: status && JOB_STATUSES[status] }
        const { items } = await send(new ListTasks(filter, { page: 1, limit }))
        res.set('Cache-Control', 'no-cache').json({ jobs: items.map(toJobView), count: items.length })
      },
    },
    '/jobs/:id': {
      get: async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(toJobView(await send(new GetTask(tenantOf(req), idOf(req)))))
      },
    },
    '/jobs/:id/status': {
      get: async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(toJobProgress(await send(new GetTask(tenantOf(req), idOf(req)))))
      },
    },
    '/jobs/:id/download': {
      get: async (req, res) => sendVariant(req, res, await send(new GetTask(tenantOf(req), idOf(req)))),
    },
  })
}
