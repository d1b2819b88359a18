import { eventPage, type AnyTaskEvent } from '@darkroom/contracts'
import type { Response } from 'express'
import { z } from 'zod'
import type { HeardEvent } from '../following/event-history.ts'
import { FollowEvents } from '../following/follow-events.ts'
import { ListEvents } from '../following/list-events.ts'
import { sendEventStream, type ServerSentEvent } from '../http/event-stream.ts'
import { parseInput } from '../http/input.ts'
import { toExamples } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { entryFor } from '../tasks/task.ts'
import { toLogView } from '../tasks/task-view.ts'
import { eventPageExample, eventStreamExample } from './event-examples.ts'
import { JITTER, type TaskEventRouteDeps } from './task-event-routes.ts'

const position = z.string().max(40).optional()

const eventQuery = z.strictObject({
  after: position.meta({ description: '`next` of the last page, or the id of the last event of a stream' }),
})

/** `/api/v1/events`: what happens to all tasks, for whoever shows many of them. */
export const eventRoutes = routesOf<TaskEventRouteDeps>('Tasks', {
  'GET /events': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listEvents',
      summary: 'Get or stream the latest events of all tasks',
      description:
        'With `Accept: text/event-stream`, a stream of events as they happen; an event `missed` means that there were others, so read the tasks again. Each API process keeps the latest 5000 events of a tenant, or fewer if many tenants are busy: enough to resume after an interruption, but no record. That is the log of each task.',
      requestParams: {
        query: eventQuery,
        header: z.object({
          'Last-Event-ID': position.meta({ description: 'The id of the last event: the stream continues after it' }),
        }),
      },
      answers: {
        200: {
          description: 'The events, oldest first. Without a position, those that are still to come',
          content: {
            'application/json': { schema: eventPage, examples: toExamples({ 'A new task': eventPageExample }) },
            'text/event-stream': {
              schema: {
                type: 'string',
                description:
                  'Server-sent events. `data` is an AnyTaskEvent as JSON; `event` is its type, `id` its position, to be sent as Last-Event-ID.',
              },
              example: eventStreamExample,
            },
          },
        },
      },
      problems: ['INVALID_QUERY', 'TOO_MANY_WAITING'],
    },
    handle: (deps) => async (req, res) => {
      const { after } = parseInput(eventQuery, req.query, 'INVALID_QUERY')
      res.vary('Accept').set('Cache-Control', 'no-cache')
      if (req.accepts(['json', 'text/event-stream']) === 'text/event-stream') return streamEvents(deps, res, after)
      const { items, ...rest } = await deps.send(new ListEvents(tenantOf(req), after))
      res.json({ items: items.map(({ event }) => toAnyTaskEvent(event)), ...rest })
    },
  },
})

async function streamEvents(
  { send, streams, heartbeatMs, lifeMs }: TaskEventRouteDeps,
  res: Response,
  given: string | undefined,
): Promise<void> {
  const { req } = res
  const tenant = tenantOf(req)
  const signal = streams.hold(res, `events of ${tenant}`, lifeMs * (1 - JITTER * Math.random()))
  const pages = await send(new FollowEvents(tenant, { after: req.get('Last-Event-ID') ?? given, signal }))
  await sendEventStream(res, toServerSent(pages), heartbeatMs)
}

async function* toServerSent(
  pages: AsyncIterable<{ items: HeardEvent[]; next: string; missed: boolean }>,
): AsyncGenerator<ServerSentEvent> {
  for await (const { items, next, missed } of pages) {
    if (missed) yield { id: items[0]?.position ?? next, event: 'missed', data: {} }
    for (const { position: id, event } of items) yield { id, event: event.eventType, data: toAnyTaskEvent(event) }
  }
}

const toAnyTaskEvent = (event: HeardEvent['event']): AnyTaskEvent => ({
  taskId: event.taskId,
  event: toLogView(entryFor(event)),
})
