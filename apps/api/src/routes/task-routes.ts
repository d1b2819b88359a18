import type { Task, TaskEstimate } from '@darkroom/contracts'
import type { Request, RequestHandler, Response, Router } from 'express'
import type { AcceptUpload } from '../uploads/accept-upload.ts'
import type { HeldRequests } from '../http/held-requests.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { SendVariant } from './send-variant.ts'
import type { Send } from '../send.ts'
import { CancelTask } from '../tasks/commands/cancel-task.ts'
import { DeleteTask } from '../removal/delete-task.ts'
import { GetTaskJson } from '../tasks/queries/get-task-json.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import { RetryTask } from '../tasks/commands/retry-task.ts'
import { SignDownload } from '../tasks/queries/sign-download.ts'
import { etagOf, etagOfJson } from '../tasks/task-etag.ts'
import { parseInput } from '../http/input.ts'
import { linkToNext } from '../http/paging.ts'
import { downloadUrlFields, listQuery, taskChanges, waitQuery } from './task-fields.ts'
import { UpdateTask } from '../tasks/commands/update-task.ts'
import { WaitForTask } from '../following/wait-for-task.ts'

export interface TaskRouteDeps {
  send: Send
  /**
   * What stands before every handler that creates a task: reserves its idempotency key, receives
   * its file.
   */
  receive: RequestHandler[]
  acceptUpload: AcceptUpload
  sendVariant: SendVariant
  /** What stands before every handler that takes JSON. */
  readJson: RequestHandler[]
  /** The requests that wait for news of a task. */
  waiting: HeldRequests
}

/** After a retry: that it has begun is worth asking for soon. */
const POLL_AFTER_SECONDS = '1'

/** `/api/v1/tasks`: create, list, read, change, cancel, retry, delete, download. */
export function taskRoutes({ send, receive, acceptUpload, sendVariant, readJson, waiting }: TaskRouteDeps): Router {
  const waitForTask = async (req: Request, res: Response, seconds: number): Promise<Task> => {
    const { id } = await send(new GetTask(tenantOf(req), idOf(req)))
    const signal = waiting.hold(res, id, seconds * 1000)
    return send(new WaitForTask(tenantOf(req), id, { ifNoneMatch: req.get('If-None-Match'), signal }))
  }
  return routesOf({
    '/tasks': {
      post: [
        ...receive,
        async (req, res) => {
          const task = await acceptUpload(req)
          res.status(202).location(task.links.self).set('Retry-After', retryAfter(task.estimate)).json(task)
        },
      ],
      get: async (req, res) => {
        const { page, limit, cursor, ...filter } = parseInput(listQuery, req.query, 'INVALID_QUERY')
        const found = await send(new ListTasks({ tenant: tenantOf(req), ...filter }, { page, limit, cursor }))
        linkToNext(req, res, found.nextCursor)
        res.set('Cache-Control', 'no-cache').json(found)
      },
    },
    '/tasks/:id': {
      get: async (req, res) => {
        const { wait } = parseInput(waitQuery, req.query, 'INVALID_QUERY')
        if (wait > 0) sendTask(res, await waitForTask(req, res, wait))
        else sendTaskJson(req, res, await send(new GetTaskJson(tenantOf(req), idOf(req))))
      },
      patch: [
        ...readJson,
        async (req, res) => {
          const changes = parseInput(taskChanges, req.body, 'INVALID_FIELD')
          sendTask(res, await send(new UpdateTask(tenantOf(req), idOf(req), changes, req.get('If-Match'))))
        },
      ],
      delete: async (req, res) => {
        await send(new DeleteTask(tenantOf(req), idOf(req)))
        res.status(204).end()
      },
    },
    '/tasks/:id/cancel': {
      post: async (req, res) => sendTask(res.status(202), await send(new CancelTask(tenantOf(req), idOf(req)))),
    },
    '/tasks/:id/retry': {
      post: async (req, res) => {
        const task = await send(new RetryTask(tenantOf(req), idOf(req)))
        sendTask(res.status(202).location(task.links.self).set('Retry-After', POLL_AFTER_SECONDS), task)
      },
    },
    '/tasks/:id/download': {
      get: async (req, res) => sendVariant(req, res, await send(new GetTask(tenantOf(req), idOf(req)))),
    },
    '/tasks/:id/download-url': {
      post: [
        ...readJson,
        async (req, res) => {
          const fields = parseInput(downloadUrlFields, req.body, 'INVALID_FIELD')
          const { id } = await send(new GetTask(tenantOf(req), idOf(req)))
          res.set('Cache-Control', 'no-store').json(await send(new SignDownload(tenantOf(req), id, fields)))
        },
      ],
    },
  })
}

/**
 * When it is worth asking again: half of all tasks have ended by then. Nobody is sent away for
 * longer than a minute.
 */
export const retryAfter = ({ p50Ms, paused }: TaskEstimate): string =>
  String(paused ? LONGEST_SECONDS : Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(p50Ms / 1000))))

const LONGEST_SECONDS = 60

export const idOf = (req: Request): string => String(req.params.id)

/** Express answers If-None-Match by the tag. */
function sendTask(res: Response, task: Task): void {
  res.set({ 'Cache-Control': 'no-cache', ETag: etagOf(task) }).json(task)
}

/**
 * As it came from the cache, nothing of it read or written anew: this is what clients ask for most.
 */
function sendTaskJson(req: Request, res: Response, json: string): void {
  res.setHeader('Cache-Control', 'no-cache').setHeader('ETag', etagOfJson(json))
  if (req.fresh) {
    res.status(304).end()
    return
  }
  res.setHeader('Content-Type', 'application/json; charset=utf-8').setHeader('Content-Length', Buffer.byteLength(json))
  res.end(json)
}
