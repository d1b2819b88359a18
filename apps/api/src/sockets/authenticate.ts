import { DEFAULT_TENANT } from '@darkroom/contracts'
import type { Socket } from 'socket.io'

/**
 * The tenant of a socket, from its handshake: `headers`, or `auth`, which browsers can set. There
 * are no accounts yet: every socket belongs to the default tenant. What it throws is sent to the
 * client, which is not connected.
 */
export const authenticate = (_handshake: Socket['handshake']): Promise<string> => Promise.resolve(DEFAULT_TENANT)
