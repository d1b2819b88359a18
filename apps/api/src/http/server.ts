import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Express } from 'express'
import type { ProblemCode } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import { limitConnections, type ConnectionLimits } from './limit-connections.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { refuseSocket } from './refuse-socket.ts'
import type { SlowRequests } from './slow-requests.ts'
import { closeStalledReaders } from './stalled-readers.ts'

export interface ServerLimits {
  /** For a whole upload; `slowRequests` allows less for other requests. */
  uploadTimeoutMs: number
  headersTimeoutMs: number
  /** A client that does not read its response for this long is disconnected. */
  answerStallMs: number
  slowRequests: SlowRequests
  connections: ConnectionLimits
  sockets: UpgradesTaken
}

/** Takes over connections that ask for another protocol. */
export interface UpgradesTaken {
  /** All other upgrades are served as ordinary requests. */
  wantsSocket: (req: IncomingMessage) => boolean
  upgrade: (req: IncomingMessage, connection: Socket, head: Buffer) => void
}

const KEEP_ALIVE_MS = 5000
const CHECK_EVERY_MS = 5000
const IDLE_CLOSE_MS = 100

/** An HTTP server with time limits and responses for slow and broken clients. */
export function createHttpServer(app: Express, limits: ServerLimits): Server {
  const inOrder = oneAtATime(app)
  const serve: RequestListener = (req, res) => {
    limits.slowRequests.add(req, res)
    inOrder(req, res)
  }
  const server = createServer(
    {
      requestTimeout: limits.uploadTimeoutMs,
      // Node refuses to start if the headers have more time than the whole request.
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.uploadTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      shouldUpgradeCallback: limits.sockets.wantsSocket,
      requireHostHeader: false, // Node would send a response of its own: the application sends a problem instead
    },
    serve,
  )
  server.on('clientError', answerBrokenRequest)
  server.on('upgrade', limits.sockets.upgrade)
  // A client that expects 100-continue receives it from the code that reads the body
  // (`askForBody`), or is refused before.
  server.on('checkContinue', serve)
  // The application responds as to any other request for an unknown path.
  server.on('checkExpectation', serve)
  limits.slowRequests.watch(server)
  closeStalledReaders(server, limits.answerStallMs)
  limitConnections(server, limits.connections)
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

/** Accepts no new connections and waits for running requests; idle connections are closed. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CLOSE_MS)
  server.closeIdleConnections()
  await closed
  clearInterval(idle)
}

const BROKEN: Partial<Record<string, [code: ProblemCode, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    'REQUEST_TIMEOUT',
    'The request took too long to arrive. Nothing was stored; send it again.',
  ],
  HPE_INVALID_URL: [
    'INVALID_REQUEST',
    "The URL contains characters that must be encoded: curl -G --data-urlencode 'q=…' does it.",
  ],
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'The URL and the headers together are larger than 16 KiB: shorten them.'],
}

/** Requests that the HTTP parser rejects never reach Express; they get a problem here. */
function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket & { _httpMessage?: { headersSent: boolean } },
): void {
  if (!socket.writable || error.code === 'ECONNRESET' || socket._httpMessage?.headersSent) {
    socket.destroy()
    return
  }
  const [code, message] = BROKEN[error.code ?? ''] ?? ['INVALID_REQUEST', 'The request is not valid HTTP.']
  refuseSocket(socket, new AppError(code, message))
}
