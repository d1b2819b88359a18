import type { IncomingMessage } from 'node:http'
import type { Socket as Connection } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '@darkroom/runtime'
import { Server as Engine } from 'engine.io'
import type { RequestHandler } from 'express'
import { Server } from 'socket.io'
import { AppError } from '../app-error.ts'
import type { Admit } from '../http/authorize.ts'
import type { CallerWatch } from '../http/caller-watch.ts'
import { assertHost } from '../http/check-host.ts'
import type { CorsOrigins } from '../http/check-origin.ts'
import { refuseSocket } from '../http/refuse-socket.ts'
import { Tally } from '../http/tally.ts'
import type { Send } from '../send.ts'
import { toAppError } from '../to-app-error.ts'
import { authenticate } from './authenticate.ts'
import { checkUpgrade, HOW, SOCKETS_PATH, wantsSocket } from './check-upgrade.ts'
import { SocketPlaces } from './socket-places.ts'
import { serveSocket, type JobServer } from './serve-socket.ts'

export interface SocketSettings {
  SOCKETS_MAX: number
  FOLLOWERS_PER_ADDRESS: number
  FOLLOWERS_PER_TASK: number
  EVENT_HEARTBEAT_MS: number
  ANSWER_STALL_MS: number
  ALLOWED_HOSTS: readonly string[]
  CORS_ORIGINS: CorsOrigins
}

export interface SocketParts {
  env: SocketSettings
  send: Send
  admit: Admit
  callers: CallerWatch
  /** The address that the limits apply to. */
  clientOf: (req: IncomingMessage) => string
  log: Logger
}

const MESSAGE_MAX_BYTES = 64 * 1024
/** A client that has connected has this long to introduce itself. */
const CONNECT_MS = 10_000
/** Clients close their side as soon as they are asked to. */
const CLOSE_MS = 1000

/**
 * Socket.io on the API's own server. Its WebSockets are connections like any other: the limits of
 * connections and of unread output apply to them. Long polling is not offered, because its requests
 * would have to reach the same process each time.
 */
export function createSockets({ env, send, admit, callers, clientOf, log }: SocketParts) {
  const options = {
    path: SOCKETS_PATH,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: MESSAGE_MAX_BYTES,
    connectTimeout: CONNECT_MS,
    pingInterval: env.EVENT_HEARTBEAT_MS,
    pingTimeout: env.ANSWER_STALL_MS,
  } as const
  const io: JobServer = new Server(options)
  const engine = new Engine({ ...options, transports: ['websocket'] })
  io.bind(engine)
  const places = new SocketPlaces({ total: env.SOCKETS_MAX, perAddress: env.FOLLOWERS_PER_ADDRESS })
  const followers = new Tally()
  const assertOurs = assertHost(env.ALLOWED_HOSTS)
  let closing = false

  /** Those that have introduced themselves; a second introduction at once is refused. */
  const known = new WeakSet<object>()

  io.use((socket, next) => {
    const { conn } = socket
    const forget = (): void => void known.delete(conn)
    const refuse = (thrown: unknown): void => {
      forget()
      const { message, code } = toAppError(thrown)
      next(Object.assign(new Error(message), { data: { code } }))
    }
    if (known.has(conn)) {
      conn.close(true)
      return
    }
    known.add(conn)
    socket.once('disconnect', forget)
    authenticate(socket.handshake, clientOf(socket.request), admit).then((caller) => {
      socket.data.caller = caller
      next()
    }, refuse)
  })
  io.on('connection', (socket) => {
    socket.once(
      'disconnect',
      callers.watch(socket.data.caller, () => socket.disconnect(true)),
    )
    serveSocket(socket, { send, followers, perTask: env.FOLLOWERS_PER_TASK, log })
  })

  return {
    wantsSocket,

    /** Takes over the connection of a request that wants a socket. */
    upgrade(req: IncomingMessage, connection: Connection, head: Buffer): void {
      connection.on('error', () => {})
      try {
        if (closing) throw closingDown()
        checkUpgrade(req, env.CORS_ORIGINS)
        assertOurs(req)
        places.take(connection, clientOf(req))
      } catch (thrown) {
        refuseSocket(connection, toAppError(thrown))
        return
      }
      engine.handleUpgrade(req as Parameters<typeof engine.handleUpgrade>[0], connection, head)
    },

    /** Before the routes: clients that try long polling learn how to connect. */
    refusePolling: ((req, _res, next) => {
      if (!`${req.path}/`.startsWith(SOCKETS_PATH)) return next()
      throw new AppError('ROUTE_NOT_FOUND', HOW)
    }) satisfies RequestHandler,

    /** Closes all sockets; their clients connect again, to another process. */
    async stop(): Promise<void> {
      closing = true
      await io.close()
      await Promise.race([places.allFree(), pause(CLOSE_MS, undefined, { ref: false })])
      places.destroyAll()
    },
  }
}

const closingDown = (): AppError =>
  new AppError('OVERLOADED', 'This server is shutting down; connect again.', { headers: { 'Retry-After': '1' } })
