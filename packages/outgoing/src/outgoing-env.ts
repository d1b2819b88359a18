import { z } from 'zod'
import { parseNetworks, type Network } from './networks.ts'

/** Settings of every process that sends requests to URLs of clients. */
export const outgoingEnv = {
  /** Networks besides public addresses that such requests may go to. */
  ALLOW_PRIVATE_ADDRESSES: z
    .string()
    .default('')
    .transform((text, context): readonly Network[] => {
      const networks = parseNetworks(text)
      if (networks) return networks
      context.addIssue({
        code: 'custom',
        message: 'must be addresses or networks, such as 10.0.0.0/8,192.168.1.20',
        input: undefined,
      })
      return z.NEVER
    }),
}
