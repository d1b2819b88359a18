import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { refuseSocket } from './refuse-socket.ts'
import { whileListening } from './while-listening.ts'

export interface ArrivalLimits {
  /** For the whole of a request that is no upload. */
  requestMs: number
  /** An upload that stands still for this long is closed. */
  uploadStallMs: number
}

/** A byte now and then is no progress: it is how a client keeps a place without using it. */
const LEAST_BYTES = 1024
/** A refused client may send the rest before it reads the answer, but not stand still meanwhile. */
const REFUSED_STALL_MS = 2000

/** A request whose body is on its way. */
interface Arrival {
  req: IncomingMessage
  res: ServerResponse
  startedAt: number
  isUpload: boolean
  isAnswered: boolean
  /** When something came of it the last time, and how much had come by then. */
  movedAt: number
  bytes: number
}

/**
 * Gives every request body an end. An upload may be slow but must move; the time it may take in all
 * is Node's `requestTimeout`. Any other request has a fixed time, and so has what a client still
 * sends after its answer.
 */
export class SlowRequests {
  readonly #limits
  readonly #arriving = new Map<IncomingMessage, Arrival>()

  constructor(limits: ArrivalLimits) {
    this.#limits = limits
  }

  /** Stands before whatever reads an upload. */
  readonly asUpload: RequestHandler = (req, _res, next) => {
    const arrival = this.#arriving.get(req)
    if (arrival) arrival.isUpload = true
    next()
  }

  watch(server: Server): void {
    const { requestMs, uploadStallMs } = this.#limits
    whileListening(server, Math.max(50, Math.min(1000, requestMs / 5, uploadStallMs / 5)), () => this.#look(Date.now()))
  }

  /** Is told of each request before anything else is. */
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
    // Node closes after the answer where the client asks for it. HTTP/1.0 has no other end of an
    // answer.
    const closes = !res.shouldKeepAlive && req.httpVersion === '1.1'
    if (closes) res.shouldKeepAlive = true
    // Closing now would reset the connection, and the client would never read why: the rest is read
    // and dropped.
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

/** What lies here unread is ours to read: the client has done its part. */
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
