import { stats } from '@darkroom/contracts'
import { json, type Paths } from '../http/openapi/operation.ts'

/** Paths of {@link statsRoutes}. */
export const statsPaths: Paths = {
  '/api/v1/stats': {
    get: {
      operationId: 'getStats',
      tags: ['Monitoring'],
      summary: 'Get statistics over all tasks',
      answers: { 200: json('The sums, and when they were made', stats, 'ETag') },
      problems: ['STORE_UNAVAILABLE'],
    },
  },
}
