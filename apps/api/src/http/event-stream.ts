import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Response } from 'express'

/**
 * One event as the browser's EventSource takes it. A client whose stream broke resumes behind the
 * last id that it heard.
 */
export interface ServerSentEvent {
  id: string
  event: string
  data: unknown
}

/** A client whose stream broke comes back after this long. */
const RECONNECT_MS = 2000

/**
 * Answers with a stream of events until they end. A comment every `heartbeatMs` shows proxies and
 * clients that somebody is still there. Ends early when the client is gone; one that does not read
 * is cut off by the server.
 */
export async function sendEventStream(
  res: Response,
  events: AsyncIterable<ServerSentEvent>,
  heartbeatMs: number,
): Promise<void> {
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  res.flushHeaders()
  await writeEvents(res, events, heartbeatMs)
}

export async function writeEvents(
  to: Writable,
  events: AsyncIterable<ServerSentEvent>,
  heartbeatMs: number,
): Promise<void> {
  const heartbeat = setInterval(() => !to.writableNeedDrain && to.write(': heartbeat\n\n'), heartbeatMs)
  try {
    to.write(`retry: ${RECONNECT_MS}\n\n`)
    for await (const event of events) {
      if (!to.write(formatEvent(event))) await drained(to)
      if (to.destroyed) return
    }
    to.end()
  } catch (error) {
    // The answer has begun: all that is left is to break it off, and the client comes back for the
    // rest.
    to.destroy()
    throw error
  } finally {
    clearInterval(heartbeat)
  }
}

export function formatEvent({ id, event, data }: ServerSentEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

async function drained(to: Writable): Promise<void> {
  const over = new AbortController()
  await Promise.race(['drain', 'close'].map((event) => once(to, event, { signal: over.signal }))).catch(() => {})
  over.abort()
}
