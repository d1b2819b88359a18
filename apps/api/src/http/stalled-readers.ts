import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { whileListening } from './while-listening.ts'

/**
 * How much of the written data the system has accepted, the only visible sign of a client that
 * reads.
 */
interface Progress {
  bytes: number
  at: number
}

/**
 * Closes connections whose client has not read its response for `stallMs`: the response would stay
 * in memory for as long as the client likes. Writes added to a full queue are not progress, nor is
 * anything that the client sends.
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
      // A reset also frees the system's buffers; an orderly close would wait for the client to
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
 * Node's own timeout also checks the queue of the handle: only that shows that part of a large
 * write was accepted. The socket's public counters only change when a write is complete.
 */
function outputOf(socket: Socket): { taken: number; waiting: number } {
  const { bytesWritten: dispatched, writeQueueSize: queued } =
    (socket as Socket & { _handle?: Handle | null })._handle ?? {}
  if (dispatched === undefined || queued === undefined) {
    return { taken: socket.bytesWritten - socket.writableLength, waiting: socket.writableLength }
  }
  return { taken: dispatched - queued, waiting: queued }
}
