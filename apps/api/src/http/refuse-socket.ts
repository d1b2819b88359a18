import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { AppError } from '../app-error.ts'
import { toProblem } from './problem.ts'

/**
 * Time to read the response: closing immediately would reset the connection while it is still on
 * its way.
 */
const LINGER_MS = 2000

/**
 * Refuses a request that never reaches the application, with an ordinary problem, and closes the
 * connection.
 */
export function refuseSocket(socket: Socket, error: AppError): void {
  const body = JSON.stringify(toProblem(error))
  const headers = {
    ...error.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  // The client's side may stay open forever: a slow client would keep its upload and this
  // connection.
  const lingering = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(lingering))
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`)
}
