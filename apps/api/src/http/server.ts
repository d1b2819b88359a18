import { createServer, STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Express } from 'express'
import type { ProblemCode } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import { declaresTooMuch, LINGER_MS } from './image-upload.ts'
import { toProblem } from './problem.ts'

export interface ServerLimits {
  requestTimeoutMs: number
  headersTimeoutMs: number
  maxFileBytes: number
  maxBatchBytes: number
}

const KEEP_ALIVE_MS = 5000
const CHECK_EVERY_MS = 5000
const IDLE_CLOSE_MS = 100

/** An HTTP server that gives slow and broken clients an end and an answer. */
export function createHttpServer(app: Express, limits: ServerLimits): Server {
  const server = createServer(
    {
      requestTimeout: limits.requestTimeoutMs,
      // Node refuses to start with the headers given more time than the whole request.
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      requireHostHeader: false, // Node would refuse in a form of its own: the application does
    },
    app,
  )
  server.on('clientError', answerBrokenRequest)
  // A client that asks before it sends is refused before it has sent anything.
  server.on('checkContinue', (req, res) => {
    const most = req.url?.startsWith('/api/v1/batches') ? limits.maxBatchBytes : limits.maxFileBytes
    if (!declaresTooMuch(req, most)) res.writeContinue()
    app(req, res)
  })
  // Answered by the application like any other request that asks for what there is not.
  server.on('checkExpectation', app)
  return server
}

export async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

/** Takes no new connections and waits for the requests under way; connections that idle are closed. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CLOSE_MS)
  server.closeIdleConnections()
  await closed
  clearInterval(idle)
}

const BROKEN: Partial<Record<string, [status: number, code: ProblemCode, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'REQUEST_TIMEOUT', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [431, 'HEADERS_TOO_LARGE', 'The request headers are too large.'],
}

/** What the HTTP parser could not read never reaches Express; it is answered here in the same form. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: { headersSent: boolean } }): void {
  if (!socket.writable || error.code === 'ECONNRESET' || socket._httpMessage?.headersSent) {
    socket.destroy()
    return
  }
  const [status, code, message] = BROKEN[error.code ?? ''] ?? [400, 'INVALID_REQUEST', 'The request is not valid HTTP.']
  const body = JSON.stringify(toProblem(new AppError(status, code, message)))
  // The client's side may stay open for ever: a slow client would keep its upload and this connection.
  const lingering = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(lingering))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
