import { taskEventPage, type TaskLogEntry } from '@darkroom/contracts'
import type { Response } from 'express'
import { z } from 'zod'
import { FollowTaskEvents } from '../following/follow-task-events.ts'
import { ListTaskEvents } from '../following/list-task-events.ts'
import { parseLogPosition } from '../following/log-position.ts'
import { sendEventStream, type ServerSentEvent } from '../http/event-stream.ts'
import type { HeldRequests } from '../http/held-requests.ts'
import { noContent, toExamples } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { taskEventPageExamples, taskEventStreamExample } from './task-event-examples.ts'
import { idOf, taskPath } from './task-path.ts'
import { toServerSent } from './to-server-sent.ts'

export interface TaskEventRouteDeps {
  send: Send
  streams: HeldRequests
  heartbeatMs: number
  /** A stream ends after this long, and its client reconnects. */
  lifeMs: number
}

/**
 * Streams that started together must not all reconnect at once: each is shorter by up to this
 * share.
 */
export const JITTER = 0.1

const lastEventId = z
  .string()
  .optional()
  .meta({ description: 'The id of the last event that you received, such as `1.1998`: the stream continues after it' })

/**
 * `/api/v1/tasks/{id}/events`: the task's event log, at once or as a stream that continues until
 * the task has ended.
 */
export const taskEventRoutes = routesOf<TaskEventRouteDeps>('Tasks', {
  'GET /tasks/:id/events': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listTaskEvents',
      summary: 'Get or stream the events of a task',
      description:
        'With `Accept: text/event-stream`, a stream of past and future events until the task has ended; the data of each is a `TaskEvent`.',
      requestParams: { ...taskPath, header: z.object({ 'Last-Event-ID': lastEventId }) },
      answers: {
        200: {
          description: 'The events, oldest first',
          content: {
            'application/json': { schema: taskEventPage, examples: toExamples(taskEventPageExamples) },
            'text/event-stream': {
              schema: {
                type: 'string',
                description:
                  'Server-sent events. `data` is a TaskEvent as JSON; `event` is its type, `id` its position, to be sent as Last-Event-ID.',
              },
              example: taskEventStreamExample,
            },
          },
        },
        204: noContent('The task has ended, and the client has received all of its events'),
      },
      problems: ['TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
    handle: (deps) => async (req, res) => {
      const { id } = await deps.send(new GetTask(tenantOf(req), idOf(req)))
      res.vary('Accept')
      if (req.accepts(['json', 'text/event-stream']) === 'text/event-stream') return streamEvents(deps, res, id)
      res.set('Cache-Control', 'no-cache').json(await deps.send(new ListTaskEvents(tenantOf(req), id)))
    },
  },
})

async function streamEvents(
  { send, streams, heartbeatMs, lifeMs }: TaskEventRouteDeps,
  res: Response,
  id: string,
): Promise<void> {
  const { req } = res
  const signal = streams.hold(res, id, lifeMs * (1 - JITTER * Math.random()))
  const after = parseLogPosition(req.get('Last-Event-ID'))
  const events = await send(new FollowTaskEvents(tenantOf(req), id, { after, signal }))
  // No further events: 204 tells an EventSource not to reconnect.
  if (events) await sendEventStream(res, allToServerSent(events), heartbeatMs)
  else res.status(204).end()
}

async function* allToServerSent(events: AsyncIterable<TaskLogEntry>): AsyncGenerator<ServerSentEvent> {
  for await (const entry of events) yield toServerSent(entry)
}
