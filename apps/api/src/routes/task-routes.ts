import { acceptedTask, INPUT_KINDS, task, taskPage, type AcceptedTask, type Task } from '@darkroom/contracts'
import type { Request, RequestHandler, Response } from 'express'
import { AppError } from '../app-error.ts'
import { WaitForTask } from '../following/wait-for-task.ts'
import type { HeldRequests } from '../http/held-requests.ts'
import { ifMatchOf } from '../http/if-match.ts'
import { parseInput } from '../http/input.ts'
import { json, JSON_PROBLEMS, jsonRequest, noContent } from '../http/openapi/operation.ts'
import { sendPage } from '../http/paging.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { DeleteTask } from '../removal/delete-task.ts'
import type { Send } from '../send.ts'
import { CancelTask } from '../tasks/commands/cancel-task.ts'
import { RetryTask } from '../tasks/commands/retry-task.ts'
import { UpdateTask } from '../tasks/commands/update-task.ts'
import { GetTaskJson } from '../tasks/queries/get-task-json.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import type { InputSteps, UploadSteps } from '../uploads/create-uploads.ts'
import type { ApiLimits } from './api-limits.ts'
import { eitherOr, isJson } from './either-or.ts'
import { photoExamples } from './photo-examples.ts'
import { retryAfter } from './retry-after.ts'
import { sendTask, sendTaskJson } from './send-task.ts'
import { taskExamples, taskPageExamples } from './task-examples.ts'
import { retryQuery, listQuery, taskChanges, waitQuery } from './task-fields.ts'
import { EDIT_PROBLEMS, idOf, taskEdit, taskPath } from './task-path.ts'
import { UPLOAD_PROBLEMS } from './upload.ts'
import { taskBody } from './video-input.ts'

export interface TaskRouteDeps extends Pick<UploadSteps, 'receive' | 'acceptUpload'>, InputSteps {
  send: Send
  /** Middleware before every handler that accepts JSON. */
  readJson: RequestHandler[]
  /** The waiting requests. */
  waiting: HeldRequests
}

/** After a retry: its start can be expected soon. */
const POLL_AFTER_SECONDS = '1'

/** `/api/v1/tasks`: create, list, read, update, delete, cancel, retry. */
export const taskRoutes = routesOf<TaskRouteDeps, ApiLimits>('Tasks', {
  'POST /tasks': {
    scope: 'upload',
    doc: (limits) => ({
      operationId: 'createTask',
      summary: 'Upload a photo, name its URL, or request a video',
      description:
        'The response is sent as soon as the task is stored durably; workers then create its files. A photo is sent as a form, its URL or the input of a video as JSON.',
      ...taskBody(limits),
      answers: {
        202: json(
          'The task, and when it should be finished',
          { schema: acceptedTask, examples: { Accepted: taskExamples.accepted } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: [...UPLOAD_PROBLEMS, ...JSON_PROBLEMS.filter((code) => code !== 'INVALID_FIELD')],
    }),
    handle: ({ receive, acceptUpload, receiveInput, acceptInput, acceptSource }) => [
      ...eitherOr(receiveInput, receive),
      async (req, res) => {
        const accepted = await (isJson(req)
          ? acceptorOf(req.body, { acceptInput, acceptSource })(req)
          : acceptUpload(req))
        res.status(202).location(accepted.links.self).set('Retry-After', retryAfter(accepted.estimate)).json(accepted)
      },
    ],
  },

  'GET /tasks': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listTasks',
      summary: 'List tasks, newest first',
      description: 'With `batchId`, in the order in which the files were uploaded.',
      requestParams: { query: listQuery },
      answers: {
        200: json(
          'A page of tasks',
          { schema: taskPage, examples: { 'The first page of many': taskPageExamples.tasks } },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { page, limit, cursor, ...filter } = parseInput(listQuery, req.query, 'INVALID_QUERY')
        const found = await send(new ListTasks({ tenant: tenantOf(req), ...filter }, { page, limit, cursor }))
        sendPage(req, res.set('Cache-Control', 'no-cache'), found)
      },
  },

  'GET /tasks/:id': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getTask',
      summary: 'Get a task',
      description:
        'With `wait`, the response is sent when the task changes or no longer matches the ETag in If-None-Match, or after that many seconds.',
      requestParams: { ...taskPath, query: waitQuery },
      answers: {
        200: json(
          'The task',
          {
            schema: task,
            examples: {
              Completed: taskExamples.completed,
              'Being processed': taskExamples.processing,
              Failed: taskExamples.failed,
              'A photo of a race': photoExamples.read,
            },
          },
          'ETag',
        ),
      },
      problems: ['INVALID_QUERY', 'TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
    handle: (deps) => async (req, res) => {
      const { wait } = parseInput(waitQuery, req.query, 'INVALID_QUERY')
      if (wait > 0) sendTask(res, await waitForTask(deps, res, wait))
      else sendTaskJson(req, res, await deps.send(new GetTaskJson(tenantOf(req), idOf(req))))
    },
  },

  'PATCH /tasks/:id': {
    scope: 'tasks:write',
    doc: {
      operationId: 'updateTask',
      summary: 'Update a task',
      description: 'Only the given fields are changed.',
      requestParams: taskEdit,
      body: jsonRequest({
        schema: taskChanges,
        examples: {
          'New name': { name: 'beach at noon.jpg' },
          'Kept for a day': { ttlSeconds: 691_200 },
          'Custom metadata': { metadata: { album: 7 } },
        },
      }),
      answers: {
        200: json('The updated task', { schema: task, examples: { Renamed: taskExamples.edited } }, 'ETag'),
      },
      problems: EDIT_PROBLEMS,
    },
    handle: ({ send, readJson }) => [
      ...readJson,
      async (req, res) => {
        const changes = parseInput(taskChanges, req.body, 'INVALID_FIELD')
        sendTask(res, await send(new UpdateTask(tenantOf(req), idOf(req), changes, ifMatchOf(req))))
      },
    ],
  },

  'DELETE /tasks/:id': {
    scope: 'tasks:write',
    doc: {
      operationId: 'deleteTask',
      summary: 'Delete a task with all its files',
      requestParams: taskPath,
      answers: { 204: noContent('Deleted') },
      problems: ['TASK_NOT_FOUND', 'TASK_PROCESSING', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        await send(new DeleteTask(tenantOf(req), idOf(req)))
        res.status(204).end()
      },
  },

  'POST /tasks/:id/cancel': {
    scope: 'tasks:write',
    doc: {
      operationId: 'cancelTask',
      summary: 'Cancel a pending or running task',
      requestParams: taskPath,
      answers: { 202: json('The task', { schema: task, examples: { Cancelled: taskExamples.cancelled } }, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'TASK_FINAL', 'TASK_CHANGED', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) =>
        sendTask(res.status(202), await send(new CancelTask(tenantOf(req), idOf(req)))),
  },

  'POST /tasks/:id/retry': {
    scope: 'tasks:write',
    doc: {
      operationId: 'retryTask',
      summary: 'Restart a finished task',
      description: 'Webhooks and the callbackUrl get this end too. People are only told of it with `notify=true`.',
      requestParams: { ...taskPath, query: retryQuery },
      answers: {
        202: json(
          'The task, pending again',
          { schema: task, examples: { Restarted: taskExamples.restarted } },
          'ETag',
          'Location',
          'RetryAfter',
        ),
      },
      problems: [
        'INVALID_QUERY',
        'TASK_NOT_FOUND',
        'TASK_NOT_FINAL',
        'TASK_CHANGED',
        'TASK_EXPIRED',
        'STORE_UNAVAILABLE',
      ],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { notify } = parseInput(retryQuery, req.query, 'INVALID_QUERY')
        const restarted = await send(new RetryTask(tenantOf(req), idOf(req), notify === 'true'))
        sendTask(res.status(202).location(restarted.links.self).set('Retry-After', POLL_AFTER_SECONDS), restarted)
      },
  },
})

/** By the kind. Throws INVALID_FIELD if its tasks begin with something else. */
function acceptorOf(
  body: object,
  { acceptInput, acceptSource }: Pick<TaskRouteDeps, 'acceptInput' | 'acceptSource'>,
): (req: Request) => Promise<AcceptedTask> {
  const isVideo =
    'kind' in body ? INPUT_KINDS.some((kind) => kind === body.kind) : 'input' in body && !('source' in body)
  const field = isVideo ? 'input' : 'source'
  if (field in body) return isVideo ? acceptInput : acceptSource
  const detail = isVideo
    ? `is missing: a video requires input: { "template": "weather", … }`
    : 'is missing: send source: { "url": "https://…" } for a photo, or kind: "video.render" with input for a video'
  throw new AppError('INVALID_FIELD', `/${field} ${detail}`, { errors: [{ pointer: `/${field}`, detail }] })
}

async function waitForTask({ send, waiting }: TaskRouteDeps, res: Response, seconds: number): Promise<Task> {
  const { req } = res
  const { id } = await send(new GetTask(tenantOf(req), idOf(req)))
  const signal = waiting.hold(res, id, seconds * 1000)
  return send(new WaitForTask(tenantOf(req), id, { ifNoneMatch: req.get('If-None-Match'), signal }))
}
