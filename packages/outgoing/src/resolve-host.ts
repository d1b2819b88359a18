import { lookup, Resolver } from 'node:dns/promises'

/** All addresses of a host name. Rejects if it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Short: a client chooses whose name server answers, and how slowly. */
const QUERY = { timeout: 3000, tries: 2 }

/**
 * Asks the name servers directly: `lookup` would occupy one of the process's few threads for as long
 * as a slow name server likes.
 * @param hasPrivate whether names of one's own network are of use: they may be in /etc/hosts or
 * need a search domain, which only `lookup` knows
 */
export function createResolve(hasPrivate: boolean): Resolve {
  const resolver = new Resolver(QUERY)
  return async (host) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (found.length > 0) return found
    if (!hasPrivate) throw v4.status === 'rejected' ? (v4.reason as Error) : new Error('no address')
    return (await lookup(host, { all: true })).map(({ address }) => address)
  }
}
