import { isIP, isIPv4 } from 'node:net'
import { isAllowed, type Network } from './networks.ts'
import { OutgoingRefusal } from './outgoing-refusal.ts'

const PORTS = /^(80|443|\d{5}|(?:102[4-9]|10[3-9]\d|1[1-9]\d\d|[2-9]\d{3}))?$/
/** The host as written; new URL() would turn 0x7f.1 and 2130706433 into 127.0.0.1. */
const HOST = /^[a-z][a-z\d+.-]*:[/\\]*([^/\\?#:]*)/i

/**
 * The URL of a client or a redirect, unless requests to it are refused. A host name can only be
 * judged when it is resolved, by whoever connects to it.
 * @throws OutgoingRefusal
 */
export function checkUrl(text: string, allowed: readonly Network[], base?: URL): URL {
  const url = URL.parse(text, base?.href)
  if (!url) throw new OutgoingRefusal('INVALID_URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutgoingRefusal('SCHEME')
  if (url.username !== '' || url.password !== '') throw new OutgoingRefusal('CREDENTIALS')
  if (!PORTS.test(url.port)) throw new OutgoingRefusal('PORT')
  const written = HOST.exec(text.trim())?.[1]
  if (isIPv4(url.hostname) && written !== undefined && written !== url.hostname) throw new OutgoingRefusal('HOST_FORM')
  const address = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) && !isAllowed(address, allowed)) throw new OutgoingRefusal('NOT_PUBLIC')
  return url
}
