import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { refuseSocket } from './refuse-socket.ts'
import { whileListening } from './while-listening.ts'

export interface ArrivalLimits {
  /** For a whole request that is not an upload. */
  requestMs: number
  /** An upload without progress for this long is closed. */
  uploadStallMs: number
}

/** An occasional byte is not progress: that is how clients occupy a place without using it. */
const LEAST_BYTES = 1024
/** A refused client may send the rest before it reads the response, but must not stall. */
const REFUSED_STALL_MS = 2000

/** A request whose body is arriving. */
interface Arrival {
  req: IncomingMessage
  res: ServerResponse
  startedAt: number
  isUpload: boolean
  isAnswered: boolean
  /** When data last arrived, and how much had arrived by then. */
  movedAt: number
  bytes: number
}

/**
 * Gives every request body a time limit. An upload may be slow but must make progress; its total
 * time is limited by Node's `requestTimeout`. Any other request has a fixed time, and so has the
 * rest that a client sends after its response.
 */
export class SlowRequests {
  readonly #limits
  readonly #arriving = new Map<IncomingMessage, Arrival>()

  constructor(limits: ArrivalLimits) {
    this.#limits = limits
  }

  /** Middleware before the parser of an upload. */
  readonly asUpload: RequestHandler = (req, _res, next) => {
    const arrival = this.#arriving.get(req)
    if (arrival) arrival.isUpload = true
    next()
  }

  watch(server: Server): void {
    const { requestMs, uploadStallMs } = this.#limits
    whileListening(server, Math.max(50, Math.min(1000, requestMs / 5, uploadStallMs / 5)), () => this.#look(Date.now()))
  }

  /** Called with each request before anything else. */
  add(req: IncomingMessage, res: ServerResponse): void {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = req.headers
    if (length === '0' && encoding === undefined) return
    const now = Date.now()
    const arrival = {
      req,
      res,
      startedAt: now,
      isUpload: false,
      isAnswered: false,
      movedAt: now,
      bytes: req.socket.bytesRead,
    }
    this.#arriving.set(req, arrival)
    req.once('close', () => this.#arriving.delete(req))
    // Node closes after the response if the client requests it. An HTTP/1.0 response has no other
    // end.
    const closes = !res.shouldKeepAlive && req.httpVersion === '1.1'
    if (closes) res.shouldKeepAlive = true
    // Closing now would reset the connection, and the client would never read the reason: the rest
    // is read and discarded.
    res.once('finish', () => {
      const answeredAt = Date.now()
      Object.assign(arrival, { isAnswered: true, isUpload: false, startedAt: answeredAt, movedAt: answeredAt })
      if (closes) afterBody(req, () => req.socket.destroySoon())
      req.resume()
    })
  }

  #look(now: number): void {
    for (const arrival of this.#arriving.values()) {
      const { req, res } = arrival
      if (req.complete) {
        this.#arriving.delete(req)
        continue
      }
      noteProgress(arrival, now)
      const fault = this.#faultOf(arrival, now)
      if (!fault) continue
      this.#arriving.delete(req)
      if (res.headersSent) req.socket.destroy()
      else refuseSocket(req.socket, fault)
    }
  }

  #faultOf({ isUpload, isAnswered, startedAt, movedAt }: Arrival, now: number): AppError | undefined {
    const { requestMs, uploadStallMs } = this.#limits
    const stallMs = isUpload ? uploadStallMs : isAnswered ? REFUSED_STALL_MS : Infinity
    if (now - movedAt > stallMs)
      return requestTimeout(
        `The upload has made no progress for ${seconds(stallMs)}. An upload may be slow, but must not stall.`,
      )
    if (!isUpload && now - startedAt > requestMs)
      return requestTimeout(`The request took longer than ${seconds(requestMs)} to arrive.`)
    return undefined
  }
}

/** Unread data is waiting for us: the client has done its part. */
function noteProgress(arrival: Arrival, now: number): void {
  const { bytesRead } = arrival.req.socket
  if (bytesRead - arrival.bytes < LEAST_BYTES && arrival.req.readableLength === 0) return
  arrival.bytes = bytesRead
  arrival.movedAt = now
}

function afterBody(req: IncomingMessage, act: () => void): void {
  if (req.complete) act()
  else req.once('end', act)
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

const requestTimeout = (what: string): AppError =>
  new AppError('REQUEST_TIMEOUT', `${what} Nothing was stored; send it again.`)
