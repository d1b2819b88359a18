import { health, liveness, readiness } from '@darkroom/contracts'
import { json, type Paths } from './openapi/operation.ts'

const tags = ['Monitoring']

/** Paths of {@link healthRoutes}, by one of their names: they answer below /api and /api/v1 as well. */
export const healthPaths: Paths = {
  '/health': {
    get: {
      operationId: 'health',
      tags,
      summary: 'Get the health of each service',
      answers: { 200: json('Uploads are taken', health, 'ETag'), 503: json('Uploads cannot be taken', health) },
    },
  },
  '/livez': {
    get: { operationId: 'livez', tags, summary: 'Liveness probe', answers: { 200: json('The process answers', liveness, 'ETag') } },
  },
  '/readyz': {
    get: {
      operationId: 'readyz',
      tags,
      summary: 'Readiness probe',
      answers: { 200: json('It may be sent requests', readiness, 'ETag'), 503: json('It may not', readiness) },
    },
  },
}
