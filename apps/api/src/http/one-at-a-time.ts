import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The requests that may wait on one connection. No client needs as many. */
const MOST_WAITING = 32

/** A connection with pipelined requests. */
interface Line {
  latest: ServerResponse
  waiting: number
}

/**
 * Starts a request only after the previous response on the same connection has been sent. Node
 * starts all pipelined requests at once: the responses to a client that does not read would all be
 * held in memory. So would the requests of one that never stops to send them: its connection is
 * ended.
 */
export function oneAtATime(serve: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>()
  return (req, res) => {
    const { socket } = req
    // The rest of what had arrived when the connection was ended.
    if (socket.destroyed) return
    const line = lines.get(socket)
    if (!line || line.latest.closed) {
      lines.set(socket, { latest: res, waiting: 0 })
      return serve(req, res)
    }
    if (line.waiting === MOST_WAITING) return void socket.resetAndDestroy()
    line.latest.once('close', () => {
      line.waiting--
      if (!socket.destroyed) serve(req, res)
    })
    line.latest = res
    line.waiting++
  }
}
