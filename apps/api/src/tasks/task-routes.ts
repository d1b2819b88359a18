import { DEFAULT_TENANT } from '@darkroom/contracts'
import type { Request, RequestHandler, Router } from 'express'
import { routesOf } from '../http/routes.ts'
import type { Send } from '../mediator.ts'
import { GetTask } from './get-task.ts'
import { ListTasks } from './list-tasks.ts'
import type { AcceptUpload } from '../http/accept-upload.ts'
import type { SendVariant } from '../http/send-variant.ts'
import { listQuery, parseInput } from './task-fields.ts'

export interface TaskRouteDeps {
  send: Send
  /** What stands before every handler that creates a task: reserves its idempotency key, receives its file. */
  receive: RequestHandler[]
  acceptUpload: AcceptUpload
  sendVariant: SendVariant
}

const POLL_AFTER_SECONDS = '1'

/** `/api/v1/tasks`: create, list, read, download. */
export function taskRoutes({ send, receive, acceptUpload, sendVariant }: TaskRouteDeps): Router {
  return routesOf({
    '/tasks': {
      post: [
        ...receive,
        async (req, res) => {
          const task = await acceptUpload(req)
          res.status(202).location(task.links.self).set('Retry-After', POLL_AFTER_SECONDS).json(task)
        },
      ],
      get: async (req, res) => {
        const { page, limit, cursor, ...filter } = parseInput(listQuery, req.query, { status: 400, code: 'INVALID_QUERY' })
        const found = await send(new ListTasks({ tenant: DEFAULT_TENANT, ...filter }, { page, limit, cursor }))
        if (found.nextCursor) res.links({ next: nextPage(req, found.nextCursor) })
        res.json(found)
      },
    },
    '/tasks/:id': {
      get: async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(await send(new GetTask(DEFAULT_TENANT, idOf(req))))
      },
    },
    '/tasks/:id/download': {
      get: async (req, res) => sendVariant(req, res, await send(new GetTask(DEFAULT_TENANT, idOf(req)))),
    },
  })
}

export const idOf = (req: Request): string => String(req.params.id)

function nextPage(req: Request, cursor: string): string {
  const query = new URLSearchParams(Object.entries(req.query).filter(([name]) => name !== 'page') as [string, string][])
  query.set('cursor', cursor)
  return `${req.baseUrl}${req.path}?${query.toString()}`
}
