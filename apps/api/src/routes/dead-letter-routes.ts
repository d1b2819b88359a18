import { deadLetterGroups, replayReport, taskPage } from '@darkroom/contracts'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { CountDeadLetters } from '../dead-letters/count-dead-letters.ts'
import { ReplayDeadLetters } from '../dead-letters/replay-dead-letters.ts'
import { parseInput } from '../http/input.ts'
import { FAILED_TASK_ID } from '../http/openapi/example-ids.ts'
import { json, JSON_PROBLEMS, jsonRequest } from '../http/openapi/operation.ts'
import { sendPage } from '../http/paging.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import { deadLetterGroupsExample, replayedExample } from './dead-letter-examples.ts'
import { deadLetterQuery, groupQuery, replayBody } from './dead-letter-fields.ts'
import { taskPageExamples } from './task-examples.ts'

export interface DeadLetterRouteDeps {
  send: Send
  /** Middleware before a replay. */
  readJson: RequestHandler[]
}

/** `/api/v1/dead-letters`: tasks that failed for good, and their replay. */
export const deadLetterRoutes = routesOf<DeadLetterRouteDeps>('Dead letters', {
  'GET /dead-letters': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listDeadLetters',
      summary: 'List dead letters, or count them by error',
      description: '`groupBy` can only be combined with `code`, `createdFrom` and `createdTo`.',
      requestParams: { query: deadLetterQuery },
      answers: {
        200: json(
          'A page of tasks, or a count for each error code',
          {
            schema: z.union([taskPage, deadLetterGroups]),
            examples: { 'A page': taskPageExamples.failed, 'Counts, with `groupBy=error`': deadLetterGroupsExample },
          },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { groupBy, page, limit, cursor, ...given } = parseInput(deadLetterQuery, req.query, 'INVALID_QUERY')
        const filter = { tenant: tenantOf(req), ...given }
        if (groupBy) {
          parseInput(groupQuery, req.query, 'INVALID_QUERY')
          res.json(await send(new CountDeadLetters(filter)))
          return
        }
        const found = await send(new ListTasks({ ...filter, status: 'failed' }, { page, limit, cursor }))
        sendPage(req, res, found)
      },
  },

  'POST /dead-letters/replay': {
    scope: 'queues:admin',
    doc: {
      operationId: 'replayDeadLetters',
      summary: 'Restart failed tasks by ids or by filter',
      body: jsonRequest({
        schema: replayBody,
        examples: {
          'By filter, as a dry run': { filter: { code: 'STORAGE_FULL' }, limit: 500, dryRun: true },
          'By ids': { ids: [FAILED_TASK_ID] },
        },
      }),
      answers: {
        200: json('The tasks that would be restarted (`dryRun`)', {
          schema: replayReport,
          examples: { Counted: { ...replayedExample, dryRun: true, replayed: 0, items: [] } },
        }),
        202: json('The tasks that were restarted', { schema: replayReport, examples: { Restarted: replayedExample } }),
      },
      problems: [...JSON_PROBLEMS, 'STORE_UNAVAILABLE'],
    },
    handle: ({ send, readJson }) => [
      ...readJson,
      async (req, res) => {
        const { ids, filter, limit, notify, dryRun } = parseInput(replayBody, req.body, 'INVALID_FIELD')
        const tenant = tenantOf(req)
        const wish = ids ? { tenant, ids } : { filter: { tenant, ...filter }, limit }
        const report = await send(new ReplayDeadLetters(wish, { dryRun, notify }))
        res.status(dryRun ? 200 : 202).json(report)
      },
    ],
  },
})
