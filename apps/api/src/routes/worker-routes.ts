import { workerList, type WorkerList } from '@darkroom/contracts'
import { json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { busyWorkers } from './busy-workers.ts'
import { workerListExample } from './queue-examples.ts'

/** `/api/v1/workers`: who works, and on what. */
export const workerRoutes = routesOf<{ send: Send }>('Queues', {
  'GET /workers': {
    scope: 'queues:read',
    doc: {
      operationId: 'listWorkers',
      summary: 'List workers with what they are doing',
      answers: {
        200: json('The workers of all queues', { schema: workerList, examples: { 'One worker': workerListExample } }),
      },
      problems: ['QUEUE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const items = await busyWorkers(send, tenantOf(req))
        res.set('Cache-Control', 'no-cache').json({ items } satisfies WorkerList)
      },
  },
})
