import { isIPv6 } from 'node:net'
import type { Request } from 'express'

/**
 * The address that limits apply to. Express determines it: that of the connection, or the one named
 * by a trusted proxy (`TRUST_PROXY`).
 */
export const clientOf = (req: Request): string => networkOf(req.ip)

/**
 * An IPv4 address unchanged, the /64 of an IPv6 address: a single machine has all addresses of such
 * a network.
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
