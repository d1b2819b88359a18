import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'
import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'

/**
 * Refuses requests for host names that are not ours. A web page can make its own name resolve to
 * this machine (DNS rebinding), and would then be same-origin with the API. It cannot do so with an
 * address, nor with a name without a dot, such as `localhost` or that of a container. `names` are
 * those that this installation has besides; `.example.com` stands for all below it.
 */
export function checkHost(names: readonly string[]): RequestHandler {
  const assertOurs = assertHost(names)
  return (req, _res, next) => {
    assertOurs(req)
    next()
  }
}

/** The same for a request that Express does not receive. */
export function assertHost(names: readonly string[]): (req: Pick<IncomingMessage, 'headers' | 'url'>) => void {
  const known = names.map((name) => name.toLowerCase())
  const isKnown = (host: string): boolean =>
    isSafe(host) || known.some((name) => (name.startsWith('.') ? host.endsWith(name) : host === name || name === '*'))
  return ({ headers, url }) => {
    const host = hostsOf(url, headers.host).find((name) => !isKnown(name))
    if (host !== undefined)
      throw new AppError(
        'HOST_NOT_ALLOWED',
        `"${host.slice(0, 100)}" is not a name of this service. If it should be, add it to ALLOWED_HOSTS.`,
      )
  }
}

/** That of an absolute request target wins (RFC 9112, 3.2.2), but our own URLs are made of the header. */
function hostsOf(target = '', header = ''): string[] {
  const absolute = /^https?:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(target)?.[1]
  return [header, ...(absolute === undefined ? [] : [absolute])].map(nameOf)
}

const isSafe = (host: string): boolean =>
  !host.includes('.') || isIPv4(host) || isIPv6(host.replaceAll(/[[\]]/g, '')) || host.endsWith('.localhost')

/** Without the port, and without the dot of a fully qualified name. */
const nameOf = (host: string): string => host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
