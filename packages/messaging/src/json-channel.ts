import type { Redis } from 'ioredis'
import type { z } from 'zod'

export interface ChannelHandlers<Message> {
  onMessage: (message: Message) => void
  /** Called with the beginning of each invalid message. */
  onInvalid: (text: string) => void
}

/**
 * Calls `onMessage` for each valid message on a Pub/Sub channel. The subscription is restored after
 * a reconnect; messages published in the meantime are lost.
 * @param redis a dedicated connection; the caller owns and closes it.
 */
export async function subscribeJson<Schema extends z.ZodType>(
  redis: Redis,
  channel: string,
  schema: Schema,
  handlers: ChannelHandlers<z.infer<Schema>>,
): Promise<void> {
  redis.on('message', (from: string, text: string) => {
    if (from !== channel) return
    const message = parse(schema, text)
    if (message === undefined) handlers.onInvalid(text.slice(0, 200))
    else handlers.onMessage(message)
  })
  await redis.subscribe(channel)
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
