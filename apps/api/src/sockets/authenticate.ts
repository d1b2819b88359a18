import type { Socket } from 'socket.io'
import type { Admit } from '../http/authorize.ts'

/**
 * The tenant of a socket, from its handshake: `headers`, or `auth: { token }`, which browsers can
 * set. What it throws is sent to the client, which is not connected.
 */
export async function authenticate({ headers, auth }: Socket['handshake'], admit: Admit): Promise<string> {
  const token: unknown = (auth as { token?: unknown } | undefined)?.token
  const given = typeof token === 'string' ? { ...headers, authorization: `Bearer ${token}` } : headers
  return (await admit('tasks:read', { headers: given })).tenant
}
