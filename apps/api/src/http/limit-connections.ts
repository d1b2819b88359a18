import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '../app-error.ts'
import { networkOf } from './client-address.ts'
import { refuseSocket } from './refuse-socket.ts'
import { Tally } from './tally.ts'

export interface ConnectionLimits {
  max: number
  /** Addresses of proxies, whose connections carry many clients. */
  isProxy: (address: string) => boolean
}

/**
 * Refused connections stay open for a moment so that clients can read why. Beyond this number they
 * are dropped without a response.
 */
const REFUSED_AT_ONCE = 500

/** Limits the connections in total and per address, which may have half of them. */
export function limitConnections(server: Server, { max, isProxy }: ConnectionLimits): void {
  const tally = new Tally()
  const serve = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.maxConnections = max + REFUSED_AT_ONCE
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket
    const address = networkOf(remoteAddress)
    const isOver = tally.total >= max || (tally.of(address) >= max / 2 && !isProxy(remoteAddress))
    if (isOver) return refuseConnection(socket)
    socket.once('close', tally.take(address))
    for (const listener of serve) listener.call(server, socket)
  })
}

function refuseConnection(socket: Socket): void {
  socket.on('error', () => {})
  socket.resume()
  const message =
    'There are too many open connections. Reuse connections, close those that are idle, and try again in a few seconds.'
  refuseSocket(socket, new AppError('TOO_MANY_CONNECTIONS', message, { headers: { 'Retry-After': '5' } }))
}
