import { deadLetterGroups, replayReport, taskPage } from '@darkroom/contracts'
import { z } from 'zod'
import { ADMIN_PROBLEMS, forOperators, json, JSON_PROBLEMS, type Paths } from '../http/openapi/operation.ts'
import { deadLetterQuery, replayBody } from './dead-letter-fields.ts'

const tags = ['Dead letters']

/** Paths of {@link deadLetterRoutes}. */
export const deadLetterPaths: Paths = {
  '/api/v1/dead-letters': {
    get: {
      operationId: 'listDeadLetters',
      tags,
      summary: 'List dead letters, or count them by error',
      description: '`groupBy` can be combined with `code`, `createdFrom` and `createdTo` only.',
      requestParams: { query: deadLetterQuery },
      answers: { 200: json('A page of tasks, or a count for each error code', z.union([taskPage, deadLetterGroups]), 'ETag', 'Link') },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/dead-letters/replay': {
    post: {
      operationId: 'replayDeadLetters',
      tags,
      summary: 'Restart failed tasks, by ids or by filter',
      ...forOperators,
      body: { required: true, content: { 'application/json': { schema: replayBody } } },
      answers: {
        200: json('What would be restarted (`dryRun`)', replayReport),
        202: json('What was restarted', replayReport),
      },
      problems: [...ADMIN_PROBLEMS, ...JSON_PROBLEMS, 'STORE_UNAVAILABLE'],
    },
  },
}
