import type { TaskLogEntry } from '@darkroom/contracts'
import { formatLogPosition } from '../following/log-position.ts'
import type { ServerSentEvent } from '../http/event-stream.ts'

/**
 * An entry of the event log in a stream, which a client resumes after the last `id` that it
 * received.
 */
export const toServerSent = (entry: TaskLogEntry): ServerSentEvent => ({
  id: formatLogPosition(entry),
  event: entry.type,
  data: entry,
})
