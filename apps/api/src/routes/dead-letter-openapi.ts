import { deadLetterGroups, replayReport, taskPage, type ReplayReport } from '@darkroom/contracts'
import { z } from 'zod'
import { FAILED_TASK_ID } from '../http/openapi/example-ids.ts'
import {
  ADMIN_PROBLEMS,
  FOR_OPERATORS,
  json,
  JSON_PROBLEMS,
  jsonRequest,
  type Paths,
} from '../http/openapi/operation.ts'
import { taskPageExamples } from './task-examples.ts'
import { deadLetterQuery, replayBody } from './dead-letter-fields.ts'

const TAGS = ['Dead letters']

const groups = {
  items: [
    { code: 'IMAGE_CORRUPT', count: 12, lastFailedAt: '2026-05-04T09:28:48.180Z' },
    { code: 'STORAGE_FULL', count: 2, lastFailedAt: '2026-05-02T17:03:11.904Z' },
  ],
  isExact: true,
}

const replayed: ReplayReport = {
  dryRun: false,
  matched: 1,
  matchedIsExact: true,
  replayed: 1,
  items: [{ id: FAILED_TASK_ID, outcome: 'replayed' }],
}

/** Paths of {@link deadLetterRoutes}. */
export const deadLetterPaths: Paths = {
  '/api/v1/dead-letters': {
    get: {
      operationId: 'listDeadLetters',
      tags: TAGS,
      summary: 'List dead letters, or count them by error',
      description: '`groupBy` can be combined with `code`, `createdFrom` and `createdTo` only.',
      requestParams: { query: deadLetterQuery },
      answers: {
        200: json(
          'A page of tasks, or a count for each error code',
          {
            schema: z.union([taskPage, deadLetterGroups]),
            examples: { 'A page': taskPageExamples.failed, 'Counts, with `groupBy=error`': groups },
          },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/dead-letters/replay': {
    post: {
      operationId: 'replayDeadLetters',
      tags: TAGS,
      summary: 'Restart failed tasks, by ids or by filter',
      ...FOR_OPERATORS,
      body: jsonRequest({
        schema: replayBody,
        examples: {
          'By filter, counted first': { filter: { code: 'STORAGE_FULL' }, limit: 500, dryRun: true },
          'By ids': { ids: [FAILED_TASK_ID] },
        },
      }),
      answers: {
        200: json('What would be restarted (`dryRun`)', {
          schema: replayReport,
          examples: { Counted: { ...replayed, dryRun: true, replayed: 0, items: [] } },
        }),
        202: json('What was restarted', { schema: replayReport, examples: { Restarted: replayed } }),
      },
      problems: [...ADMIN_PROBLEMS, ...JSON_PROBLEMS, 'STORE_UNAVAILABLE'],
    },
  },
}
