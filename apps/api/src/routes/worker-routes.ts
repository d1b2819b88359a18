import { workerList, type WorkerList } from '@darkroom/contracts'
import { json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { ListWorkers } from '../queues/list-workers.ts'
import type { Send } from '../send.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import { workerListExample } from './queue-examples.ts'

const MOST_TASKS = 100
const NO_TASKS = { items: [] }

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
        const filter = { tenant: tenantOf(req), status: 'processing' } as const
        const workers = await send(new ListWorkers())
        // Without the store they are shown without their tasks.
        const running = await send(new ListTasks(filter, { page: 1, limit: MOST_TASKS })).catch(() => NO_TASKS)
        const items = workers.map(({ since, ...worker }) => ({
          ...worker,
          since: since.toISOString(),
          tasks: running.items
            .filter(({ kind, workerId }) => kind === worker.kind && workerId === worker.id)
            .map(({ id, name, startedAt }) => ({ id, name, startedAt })),
        }))
        res.set('Cache-Control', 'no-cache').json({ items } satisfies WorkerList)
      },
  },
})
