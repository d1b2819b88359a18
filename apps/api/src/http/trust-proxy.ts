import { isIP } from 'node:net'
import type { z } from 'zod'

const NAMES = ['loopback', 'linklocal', 'uniquelocal']

/**
 * The proxies whose `X-Forwarded-For` is trusted, in the form for Express: `none`, the number of
 * proxies in front of this process, or their addresses. There is no value for "all": every client
 * could then choose the address that its requests count against.
 */
export function parseTrustProxy(text: string, context: z.RefinementCtx): false | number | string[] {
  const given = text.trim()
  if (given === 'none') return false
  if (/^[1-9]$/.test(given)) return Number(given)
  const parts = given.split(/\s*,\s*/)
  if (parts.every(isProxy)) return parts
  context.addIssue({
    code: 'custom',
    message: 'must be none, a number of proxies from 1 to 9, or addresses such as loopback, 10.0.0.7, 172.16.0.0/12',
  })
  return false
}

function isProxy(part: string): boolean {
  if (NAMES.includes(part)) return true
  const [address = '', bits] = part.split('/')
  const version = isIP(address)
  return version !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
}
