import type { BatchPage } from '@darkroom/contracts'
import type { Request, RequestHandler, Router } from 'express'
import type { AcceptBatch } from '../uploads/accept-batch.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import { parseInput } from '../http/input.ts'
import { pageQuery } from '../http/paging.ts'
import { GetBatch } from '../batches/get-batch.ts'

export interface BatchRouteDeps {
  send: Send
  /** What stands before the handler: reserves the idempotency key, receives the files. */
  receive: RequestHandler[]
  acceptBatch: AcceptBatch
}

const POLL_AFTER_SECONDS = '1'

/** `/api/v1/batches`: many files with one request, and how far they are. */
export function batchRoutes({ send, receive, acceptBatch }: BatchRouteDeps): Router {
  return routesOf({
    '/batches': {
      post: [
        ...receive,
        async (req, res) => {
          const batch = await acceptBatch(req)
          res
            .status(202)
            .location(`/api/v1/batches/${batch.batchId}`)
            .set('Retry-After', POLL_AFTER_SECONDS)
            .json(batch)
        },
      ],
    },
    '/batches/:id': {
      get: async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(await readPage(send, req))
      },
    },
  })
}

async function readPage(send: Send, req: Request): Promise<BatchPage> {
  const page = parseInput(pageQuery, req.query, 'INVALID_QUERY')
  const summary = await send(new GetBatch(tenantOf(req), String(req.params.id).toLowerCase()))
  const {
    total: _total,
    totalIsExact: _exact,
    ...tasks
  } = await send(new ListTasks({ tenant: tenantOf(req), batchId: summary.batchId }, page))
  return { ...summary, ...tasks }
}
