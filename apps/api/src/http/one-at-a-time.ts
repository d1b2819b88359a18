import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Begins with a request when the answer before it on the same connection is out. Node begins with
 * all that a client has sent: many answers to one that reads none of them would be held in memory
 * at once.
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
