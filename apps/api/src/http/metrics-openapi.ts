import { content, type Paths } from './openapi/operation.ts'

/** Paths of {@link metricsRoutes}. */
export const metricsPaths: Paths = {
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: ['Monitoring'],
      summary: 'Get the metrics of this process',
      answers: { 200: content("In Prometheus' text format", 'text/plain', { schema: { type: 'string' } }, 'ETag') },
    },
  },
}
