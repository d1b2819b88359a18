import type { TaskLogEntry } from '@darkroom/contracts'
import type { Request, Response, Router } from 'express'
import { sendEventStream, type ServerSentEvent } from '../http/event-stream.ts'
import type { HeldRequests } from '../http/held-requests.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { FollowTaskEvents } from '../following/follow-task-events.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { ListTaskEvents } from '../following/list-task-events.ts'
import { formatLogPosition, parseLogPosition } from '../following/log-position.ts'
import { idOf } from './task-routes.ts'

export interface TaskEventRouteDeps {
  send: Send
  streams: HeldRequests
  heartbeatMs: number
  /** A stream ends after this long, and its client comes back for the rest. */
  lifeMs: number
}

/**
 * Streams that began together must not all come back at once: each lives up to this part shorter.
 */
const JITTER = 0.1

/**
 * `/api/v1/tasks/{id}/events`: the task's log, as it is or as a stream that goes on until the task
 * has ended.
 */
export function taskEventRoutes({ send, streams, heartbeatMs, lifeMs }: TaskEventRouteDeps): Router {
  const stream = async (req: Request, res: Response, id: string): Promise<void> => {
    const signal = streams.hold(res, id, lifeMs * (1 - JITTER * Math.random()))
    const after = parseLogPosition(req.get('Last-Event-ID'))
    const events = await send(new FollowTaskEvents(tenantOf(req), id, { after, signal }))
    // Nothing more will come: 204 is how an EventSource is told not to come back.
    if (events) await sendEventStream(res, allToServerSent(events), heartbeatMs)
    else res.status(204).end()
  }
  return routesOf({
    '/tasks/:id/events': {
      get: async (req, res) => {
        const { id } = await send(new GetTask(tenantOf(req), idOf(req)))
        res.vary('Accept')
        if (req.accepts(['json', 'text/event-stream']) === 'text/event-stream') return stream(req, res, id)
        res.set('Cache-Control', 'no-cache').json(await send(new ListTaskEvents(tenantOf(req), id)))
      },
    },
  })
}

/** An entry of the log on a stream, which a client resumes after the last `id` that it heard. */
export const toServerSent = (entry: TaskLogEntry): ServerSentEvent => ({
  id: formatLogPosition(entry),
  event: entry.type,
  data: entry,
})

async function* allToServerSent(events: AsyncIterable<TaskLogEntry>): AsyncGenerator<ServerSentEvent> {
  for await (const entry of events) yield toServerSent(entry)
}
