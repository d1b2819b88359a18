import type { Registry } from '@prometheus-io/client'
import { content } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'

const example = `# HELP darkroom_tasks_created_total Tasks accepted
# TYPE darkroom_tasks_created_total counter
darkroom_tasks_created_total{kind="image.optimize",priority="interactive"} 1204
# HELP darkroom_tasks_ended_total Tasks ended, by final status
# TYPE darkroom_tasks_ended_total counter
darkroom_tasks_ended_total{kind="image.optimize",status="completed"} 1187
darkroom_tasks_ended_total{kind="image.optimize",status="failed"} 3
`

/** `/metrics`, in Prometheus format. */
export const metricsRoutes = routesOf<{ registry: Registry }>('Monitoring', {
  'GET /metrics': {
    scope: 'queues:read',
    doc: {
      operationId: 'getMetrics',
      summary: 'Get the metrics of this process',
      answers: {
        200: content("In Prometheus' text format", 'text/plain', { schema: { type: 'string' }, example }, 'ETag'),
      },
    },
    handle:
      ({ registry }) =>
      async (_req, res) => {
        const text = await registry.metrics()
        res.set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).send(text)
      },
  },
})
