import type { Socket } from 'socket.io'
import type { Admit } from '../http/authorize.ts'
import type { Caller } from '../http/tenant-of.ts'

/**
 * Who opened a socket, from its handshake: `headers`, or `auth: { token }`, which browsers can
 * set. What it throws is sent to the client, which is not connected.
 */
export async function authenticate(
  { headers, auth }: Socket['handshake'],
  client: string,
  admit: Admit,
): Promise<Caller> {
  const token: unknown = (auth as { token?: unknown } | undefined)?.token
  const given = typeof token === 'string' ? { ...headers, authorization: `Bearer ${token}` } : headers
  return admit('tasks:read', { headers: given, client })
}
