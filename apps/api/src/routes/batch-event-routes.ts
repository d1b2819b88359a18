import { batchEventPage } from '@darkroom/contracts'
import type { Response } from 'express'
import { z } from 'zod'
import { GetBatch } from '../batches/get-batch.ts'
import type { BatchTaskEvent } from '../following/batch-log.ts'
import { FollowBatchEvents } from '../following/follow-batch-events.ts'
import { ListBatchEvents } from '../following/list-batch-events.ts'
import { sendEventStream, type ServerSentEvent } from '../http/event-stream.ts'
import { parseInput } from '../http/input.ts'
import { noContent, toExamples } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { batchEventPageExample, batchEventStreamExample } from './batch-event-examples.ts'
import { batchPath, idOf } from './batch-path.ts'
import { JITTER, type TaskEventRouteDeps } from './task-event-routes.ts'

const position = z.string().max(16_000).optional()

const eventQuery = z.strictObject({
  after: position.meta({ description: '`next` of the last page, or the id of the last event of a stream' }),
})

/** `/api/v1/batches/{id}/events`: the events of all its tasks, as one list or one stream. */
export const batchEventRoutes = routesOf<TaskEventRouteDeps>('Batches', {
  'GET /batches/:id/events': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listBatchEvents',
      summary: 'Get or stream the events of all tasks of a batch',
      description:
        'With `Accept: text/event-stream`, a stream of past and future events until all tasks have ended. It resumes after the position of any API process; if a task of the batch was deleted meanwhile, from the start.',
      requestParams: {
        path: batchPath,
        query: eventQuery,
        header: z.object({
          'Last-Event-ID': position.meta({ description: 'The id of the last event: the stream continues after it' }),
        }),
      },
      answers: {
        200: {
          description: 'The events, oldest first; as JSON, at most 500 at a time',
          content: {
            'application/json': {
              schema: batchEventPage,
              examples: toExamples({ 'A new task': batchEventPageExample }),
            },
            'text/event-stream': {
              schema: {
                type: 'string',
                description:
                  'Server-sent events. `data` is an AnyTaskEvent as JSON; `event` is its type, `id` its position, to be sent as Last-Event-ID.',
              },
              example: batchEventStreamExample,
            },
          },
        },
        204: noContent('All tasks have ended, and the client has received all of their events'),
      },
      problems: ['INVALID_QUERY', 'BATCH_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
    handle: (deps) => async (req, res) => {
      const { after } = parseInput(eventQuery, req.query, 'INVALID_QUERY')
      const { batchId } = await deps.send(new GetBatch(tenantOf(req), idOf(req)))
      res.vary('Accept').set('Cache-Control', 'no-cache')
      if (req.accepts(['json', 'text/event-stream']) === 'text/event-stream')
        return streamEvents(deps, res, batchId, after)
      res.json(await deps.send(new ListBatchEvents(tenantOf(req), batchId, after)))
    },
  },
})

async function streamEvents(
  { send, streams, heartbeatMs, lifeMs }: TaskEventRouteDeps,
  res: Response,
  batchId: string,
  given: string | undefined,
): Promise<void> {
  const { req } = res
  const signal = streams.hold(res, batchId, lifeMs * (1 - JITTER * Math.random()))
  const after = req.get('Last-Event-ID') ?? given
  const events = await send(new FollowBatchEvents(tenantOf(req), batchId, { after, signal }))
  // No further events: 204 tells an EventSource not to reconnect.
  if (events) await sendEventStream(res, toServerSent(events), heartbeatMs)
  else res.status(204).end()
}

async function* toServerSent(events: AsyncIterable<BatchTaskEvent>): AsyncGenerator<ServerSentEvent> {
  for await (const { position: id, data } of events) yield { id, event: data.event.type, data }
}
