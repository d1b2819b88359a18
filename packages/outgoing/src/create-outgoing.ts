import { isIP, type LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import { Agent, buildConnector, request, type Dispatcher } from 'undici'
import { checkUrl } from './check-url.ts'
import { isAllowed, type Network } from './networks.ts'
import { OutgoingRefusal } from './outgoing-refusal.ts'
import { createResolve, type Resolve } from './resolve-host.ts'

export interface OutgoingOptions {
  /** Networks besides public addresses, as parsed by `outgoingEnv`. */
  allowed?: readonly Network[]
  resolve?: Resolve
}

export interface Answer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Has to be read to its end, or destroyed. */
  body: Readable
  /** Where it came from, after redirects. */
  url: URL
}

type Sent = { headers?: Record<string, string>; signal: AbortSignal }

/**
 * All requests whose URL a client has chosen. They go to public addresses only, and to the networks
 * that the operator allows. A name is resolved once per connection, and the connection goes to an
 * address that was checked, so that a name server cannot answer differently the second time.
 * Everything rejects with `OutgoingRefusal` if the URL or an address is refused.
 */
export interface Outgoing {
  /** What can be said about a URL before its name is resolved. */
  check: (url: string) => URL
  /** Follows up to this many redirects, checking each like the first URL. */
  get: (url: string, options: Sent & { redirects: number }) => Promise<Answer>
  /** A redirect is an answer like any other. */
  post: (url: string, options: Sent & { body: string }) => Promise<Answer>
  close: () => Promise<void>
}

const CONNECT_MS = 5000
/** A body may pause this long; how long all of it may take is up to the caller's signal. */
const PAUSE_MS = 15_000
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export function createOutgoing({
  allowed = [],
  resolve = createResolve(allowed.length > 0),
}: OutgoingOptions = {}): Outgoing {
  const agent = new Agent({
    connect: connectChecked(allowed, resolve),
    headersTimeout: PAUSE_MS,
    bodyTimeout: PAUSE_MS,
    keepAliveTimeout: 4000,
  })
  const send = async (url: URL, options: Sent & { method: Dispatcher.HttpMethod; body?: string }): Promise<Answer> => {
    const { statusCode: status, headers, body } = await request(url, { ...options, dispatcher: agent })
    // Whoever destroys a body has no use for its error, and whoever reads it gets it anyway.
    body.on('error', () => {})
    return { status, headers, body, url }
  }
  return {
    check: (url) => checkUrl(url, allowed),
    async get(text, { redirects, ...options }) {
      let url = checkUrl(text, allowed)
      for (let left = redirects; ; left--) {
        const answer = await send(url, { ...options, method: 'GET' })
        const { location } = answer.headers
        if (!REDIRECTS.has(answer.status) || typeof location !== 'string') return answer
        answer.body.destroy()
        if (left <= 0) throw new OutgoingRefusal('REDIRECTS')
        const next = checkUrl(location, allowed, url)
        if (url.protocol === 'https:' && next.protocol === 'http:') throw new OutgoingRefusal('DOWNGRADE')
        url = next
      }
    },
    post: async (url, options) => send(checkUrl(url, allowed), { ...options, method: 'POST' }),
    close: () => agent.destroy(),
  }
}

/**
 * Connects to checked addresses only. Names are checked by the lookup of the socket itself, which
 * then connects to what was checked. It is not called for addresses, so these are checked before.
 */
function connectChecked(allowed: readonly Network[], resolve: Resolve): buildConnector.connector {
  const lookup: LookupFunction = (host, { all }, callback) => {
    resolve(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        const [first] = found
        // One private address among public ones is an attempt to reach it.
        if (!first || !addresses.every((address) => isAllowed(address, allowed)))
          callback(new OutgoingRefusal('NOT_PUBLIC'), '', 0)
        else if (all) callback(null, found)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error as Error, '', 0),
    )
  }
  const connect = buildConnector({ timeout: CONNECT_MS, lookup })
  return (options, callback) => {
    const address = options.hostname.replace(/^\[(.*)\]$/, '$1')
    if (isIP(address) && !isAllowed(address, allowed)) callback(new OutgoingRefusal('NOT_PUBLIC'), null)
    else connect(options, callback)
  }
}
