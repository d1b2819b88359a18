import type { IncomingMessage } from 'node:http'
import { AppError } from '../app-error.ts'
import { isAllowedPage, type CorsOrigins } from '../http/check-origin.ts'

export const SOCKETS_PATH = '/socket.io/'

/**
 * Whether a request wants a WebSocket of ours. All other upgrades (`h2c`, which curl offers) are
 * ordinary requests.
 */
export const wantsSocket = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && isBelow(SOCKETS_PATH, url)

const isBelow = (path: string, url: string): boolean => `${url.split('?')[0]}/`.startsWith(path)

const KEY = /^[+/0-9A-Za-z]{22}==$/

/**
 * Throws the refusal of a handshake. The library would refuse most of these as well, but not as a
 * problem.
 */
export function checkUpgrade(req: IncomingMessage, corsOrigins: CorsOrigins): void {
  const { url = '', headers } = req
  const { host, 'sec-websocket-key': key = '', 'sec-websocket-version': version } = headers
  if (host === undefined) throw invalid('An HTTP/1.1 request must have a Host header.')
  if (!KEY.test(key) || version !== '13') throw invalid('The WebSocket handshake is not valid (RFC 6455).')
  const query = new URLSearchParams(url.split('?')[1])
  if (query.get('EIO') !== '4' || query.get('transport') !== 'websocket' || query.has('sid')) throw invalid(HOW)
  // Browsers let pages of any origin open a WebSocket, and read what it says.
  if (!isAllowedPage(corsOrigins, req))
    throw new AppError(
      'CROSS_SITE_REQUEST',
      'Sockets of web pages of other origins are not accepted, unless CORS_ORIGINS lists them.',
    )
}

/** The advice to clients that use long polling. */
export const HOW =
  "This path is for WebSockets of Socket.io 3 or 4: give socket.io-client the option transports: ['websocket']."

const invalid = (message: string): AppError => new AppError('INVALID_REQUEST', message)
