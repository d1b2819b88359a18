import type { RequestHandler, Router } from 'express'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import { parseInput } from '../http/input.ts'
import { linkToNext } from '../http/paging.ts'
import { CountDeadLetters } from '../dead-letters/count-dead-letters.ts'
import { deadLetterQuery, groupQuery, replayBody } from './dead-letter-fields.ts'
import { ReplayDeadLetters } from '../dead-letters/replay-dead-letters.ts'

/**
 * `/api/v1/dead-letters`: tasks that failed for good, and starting them again, which `admin` stands
 * before.
 */
export function deadLetterRoutes({
  send,
  admin,
  readJson,
}: {
  send: Send
  admin: RequestHandler
  readJson: RequestHandler[]
}): Router {
  return routesOf({
    '/dead-letters': {
      get: async (req, res) => {
        const { groupBy, page, limit, cursor, ...filter } = parseInput(deadLetterQuery, req.query, 'INVALID_QUERY')
        if (groupBy) {
          parseInput(groupQuery, req.query, 'INVALID_QUERY')
          res.json(await send(new CountDeadLetters({ tenant: tenantOf(req), ...filter })))
          return
        }
        const found = await send(
          new ListTasks({ tenant: tenantOf(req), status: 'failed', ...filter }, { page, limit, cursor }),
        )
        linkToNext(req, res, found.nextCursor)
        res.json(found)
      },
    },
    '/dead-letters/replay': {
      post: [
        admin,
        ...readJson,
        async (req, res) => {
          const { ids, filter, limit, dryRun } = parseInput(replayBody, req.body, 'INVALID_FIELD')
          const wish = ids ? { tenant: tenantOf(req), ids } : { filter: { tenant: tenantOf(req), ...filter }, limit }
          const report = await send(new ReplayDeadLetters(wish, dryRun))
          res.status(dryRun ? 200 : 202).json(report)
        },
      ],
    },
  })
}
