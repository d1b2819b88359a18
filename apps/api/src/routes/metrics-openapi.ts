import { content, type Paths } from '../http/openapi/operation.ts'

const example = `# HELP darkroom_tasks_created_total Tasks accepted
# TYPE darkroom_tasks_created_total counter
darkroom_tasks_created_total{kind="image.optimize",priority="interactive"} 1204
# HELP darkroom_tasks_ended_total Tasks ended, by final status
# TYPE darkroom_tasks_ended_total counter
darkroom_tasks_ended_total{kind="image.optimize",status="completed"} 1187
darkroom_tasks_ended_total{kind="image.optimize",status="failed"} 3
`

/** Paths of {@link metricsRoutes}. */
export const metricsPaths: Paths = {
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: ['Monitoring'],
      summary: 'Get the metrics of this process',
      answers: {
        200: content("In Prometheus' text format", 'text/plain', { schema: { type: 'string' }, example }, 'ETag'),
      },
    },
  },
}
