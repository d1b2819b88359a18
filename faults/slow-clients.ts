// Clients that abort, stall or send very slowly. Raw sockets: an HTTP library would not misbehave
// like this.
import { connect, type Socket } from 'node:net'

export interface SlowClient {
  /**
   * When the server closed the connection, in ms after it was opened; undefined while it is open.
   */
  closedAfterMs: () => number | undefined
  /** The data received from the server. */
  received: () => string
  destroy: () => void
}

export interface SlowOptions {
  port: number
  /** Sent immediately. */
  start: Uint8Array | string
  /** Sent one byte at a time after that. */
  drip?: { byte: string; everyMs: number }
  /** Another address of this machine. */
  from?: string
  /** Whether it reads the response. */
  reads?: boolean
}

export function openSlowClient({ port, start, drip, from, reads = true }: SlowOptions): SlowClient {
  const openedAt = Date.now()
  let closedAfterMs: number | undefined
  let received = ''
  const socket: Socket = connect({ port, host: '127.0.0.1', ...(from && { localAddress: from }) })
  const timer = drip && setInterval(() => socket.writable && socket.write(drip.byte), drip.everyMs)
  socket.on('error', () => {})
  if (reads) socket.on('data', (chunk) => (received += chunk.toString())) // only a reader notices the close
  socket.once('close', () => {
    clearInterval(timer)
    closedAfterMs = Date.now() - openedAt
  })
  socket.write(start)
  return { closedAfterMs: () => closedAfterMs, received: () => received, destroy: () => void socket.destroy() }
}

const BOUNDARY = 'darkroom-faults'

/** The first bytes of an upload that claims to be complete. */
export function uploadStart(file: Buffer, sentBytes: number): Buffer {
  const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="slow.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`
  const end = `\r\n--${BOUNDARY}--\r\n`
  const body = Buffer.concat([Buffer.from(part), file, Buffer.from(end)])
  const head = `POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body.subarray(0, sentBytes)])
}
