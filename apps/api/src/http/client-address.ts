import { isIPv6 } from 'node:net'
import type { Request } from 'express'

/**
 * Whom a limit per address counts. Express finds the address: the connection's, or the one that a
 * trusted proxy (`TRUST_PROXY`) names.
 */
export const clientOf = (req: Request): string => networkOf(req.ip)

/**
 * An IPv4 address as it is, of an IPv6 one its /64: a single machine has all addresses of such a
 * network.
 */
export function networkOf(address = ''): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').slice(0, 64)
  if (!isIPv6(plain)) return plain
  const [head = '', tail = ''] = plain.toLowerCase().split('::')
  const [start, end] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => '0')
  const groups = [...start, ...(plain.includes('::') ? zeros : []), ...end]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
