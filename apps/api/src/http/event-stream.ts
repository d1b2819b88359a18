import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Response } from 'express'

/**
 * An event for the browser's EventSource. After an interruption a client resumes after the last id
 * that it received.
 */
export interface ServerSentEvent {
  id: string
  event: string
  data: unknown
}

/** A client reconnects after this delay. */
const RECONNECT_MS = 2000

/**
 * Sends a stream of events until they end. A comment every `heartbeatMs` shows proxies and clients
 * that the stream is alive. Ends early if the client disconnects; the server disconnects one that
 * does not read.
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
    // The response has started: all that is left is to abort it, and the client reconnects for the
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
