import { DEFAULT_TENANT } from '@darkroom/contracts'
import type { RequestHandler, Router } from 'express'
import { z } from 'zod'
import { routesOf } from '../http/routes.ts'
import type { Send } from '../mediator.ts'
import { ListTasks } from '../tasks/list-tasks.ts'
import { listQuery, parseInput } from '../tasks/task-fields.ts'
import { linkToNext } from '../tasks/task-routes.ts'
import { CountDeadLetters } from './count-dead-letters.ts'
import { ReplayDeadLetters } from './replay-dead-letters.ts'

const code = z.string().regex(/^[A-Z][A-Z0-9_]{1,60}$/, 'must be an error code, such as STORAGE_FULL')
const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T00:00:00Z' }).transform((text) => new Date(text))
const range = { createdFrom: time.optional(), createdTo: time.optional() }

const deadLetterQuery = z.strictObject({
  ...listQuery.omit({ status: true }).shape,
  code: code.optional(),
  groupBy: z.literal('error').optional(),
})
const GROUP_FILTERS = ['code', 'createdFrom', 'createdTo', 'groupBy']

const MAX_IDS = 1000
const replayBody = z
  .strictObject({
    ids: z
      .array(z.string().regex(/^[0-9a-f]{24}$/, 'must be a task id'))
      .min(1)
      .max(MAX_IDS)
      .optional(),
    filter: z.strictObject({ code: code.optional(), ...range }).optional(),
    limit: z.int().min(1).max(MAX_IDS).default(100),
    dryRun: z.boolean().default(false),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: 'must be given, or a filter, but not both',
    path: ['ids'],
  })

const BAD_QUERY = { status: 400, code: 'INVALID_QUERY' }

/** `/api/v1/dead-letters`: tasks that failed for good, and starting them again, which `admin` stands before. */
export function deadLetterRoutes({ send, admin, readJson }: { send: Send; admin: RequestHandler; readJson: RequestHandler[] }): Router {
  return routesOf({
    '/dead-letters': {
      get: async (req, res) => {
        const { groupBy, page, limit, cursor, ...filter } = parseInput(deadLetterQuery, req.query, BAD_QUERY)
        if (groupBy) {
          parseInput(
            deadLetterQuery.pick(Object.fromEntries(GROUP_FILTERS.map((name) => [name, true])) as never).strict(),
            req.query,
            BAD_QUERY,
          )
          res.json({ items: await send(new CountDeadLetters({ tenant: DEFAULT_TENANT, ...filter })) })
          return
        }
        const found = await send(new ListTasks({ tenant: DEFAULT_TENANT, status: 'failed', ...filter }, { page, limit, cursor }))
        linkToNext(req, res, found.nextCursor)
        res.json(found)
      },
    },
    '/dead-letters/replay': {
      post: [
        admin,
        ...readJson,
        async (req, res) => {
          const { ids, filter, limit, dryRun } = parseInput(replayBody, req.body, { status: 422, code: 'INVALID_FIELD' })
          const wish = ids ? { tenant: DEFAULT_TENANT, ids } : { filter: { tenant: DEFAULT_TENANT, ...filter }, limit }
          const report = await send(new ReplayDeadLetters(wish, dryRun))
          res.status(dryRun ? 200 : 202).json(report)
        },
      ],
    },
  })
}
