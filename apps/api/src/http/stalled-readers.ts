import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { whileListening } from './while-listening.ts'

/**
 * How much of what was written the system has taken, which is all that can be known of a client
 * that reads.
 */
interface Progress {
  bytes: number
  at: number
}

/**
 * Closes connections whose client takes nothing of its answer for `stallMs`: the answer would stay
 * in memory for as long as the client likes. Writes that are added to a full queue are no progress,
 * and neither is what the client sends.
 */
export function closeStalledReaders(server: Server, stallMs: number): void {
  const open = new Map<Socket, Progress>()
  server.on('connection', (socket: Socket) => {
    open.set(socket, { bytes: 0, at: Date.now() })
    socket.once('close', () => open.delete(socket))
  })
  whileListening(server, Math.max(50, Math.min(1000, stallMs / 5)), () => {
    const now = Date.now()
    for (const [socket, progress] of open) {
      const { taken, waiting } = outputOf(socket)
      if (waiting === 0 || taken > progress.bytes) Object.assign(progress, { bytes: taken, at: now })
      // A reset frees the system's buffers as well; an orderly end would wait for the client to
      // empty them.
      else if (now - progress.at > stallMs) socket.resetAndDestroy()
    }
  })
}

interface Handle {
  bytesWritten?: number
  writeQueueSize?: number
}

/**
 * Node's own timeout looks at the queue of the handle, too: only that shows that a part of a large
 * write was taken. The socket's public counters move when a write is whole.
 */
function outputOf(socket: Socket): { taken: number; waiting: number } {
  const { bytesWritten: dispatched, writeQueueSize: queued } =
    (socket as Socket & { _handle?: Handle | null })._handle ?? {}
  if (dispatched === undefined || queued === undefined) {
    return { taken: socket.bytesWritten - socket.writableLength, waiting: socket.writableLength }
  }
  return { taken: dispatched - queued, waiting: queued }
}
