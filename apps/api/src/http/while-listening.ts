import type { Server } from 'node:http'

/**
 * Calls a function periodically from the time a server listens until its last connection is closed.
 */
export function whileListening(server: Server, everyMs: number, act: () => void): void {
  server.once('listening', () => {
    const timer = setInterval(act, everyMs)
    server.once('close', () => clearInterval(timer))
  })
}
