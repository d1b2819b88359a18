import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Starts a request only after the previous response on the same connection has been sent. Node
 * starts all pipelined requests at once: the responses to a client that does not read would all be
 * held in memory.
 */
export function oneAtATime(serve: RequestListener): RequestListener {
  const latest = new WeakMap<Socket, ServerResponse>()
  return (req, res) => {
    const { socket } = req
    const before = latest.get(socket)
    latest.set(socket, res)
    if (!before || before.closed) return serve(req, res)
    before.once('close', () => {
      if (!socket.destroyed) serve(req, res)
    })
  }
}
