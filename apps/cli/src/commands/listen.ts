import { createHmac, randomBytes } from 'node:crypto'
import type { AnyTaskEvent } from '@darkroom/client'
import { WrongUse } from '../kit/exit-codes.ts'
import { patient } from '../kit/patient.ts'
import type { Command, Shell } from '../kit/shell.ts'

const TRY_MS = 15_000

export interface ListenOptions {
  /** A server of one's own. */
  forward: string
  /** Only events of these types; all by default. */
  events: string[] | undefined
}

/** Forwards the events of all tasks to a local server, signed like webhooks, until Ctrl-C. */
export async function listen(hasty: Shell, { forward, events }: ListenOptions): Command {
  if (!URL.canParse(forward)) throw new WrongUse(`${forward} is not a URL, such as http://localhost:4000/webhooks`)
  const shell = await patient(hasty)
  const { darkroom, out, signal, env } = shell
  const after = await darkroom.position({ signal })
  const secret = env.webhookSecret ?? `whsec_${randomBytes(24).toString('base64')}`
  const onMissed = (): void => out.note('Some events were missed while the connection was lost.')
  out.note(`Forwarding to ${forward}. The secret is ${secret}`)
  try {
    for await (const given of darkroom.allEvents({ signal, after, onMissed })) {
      const { taskId, event } = given
      if (events && !events.includes(event.type)) continue
      const status = await post(forward, given, { secret, signal })
      out.json({ taskId, type: event.type, status })
      out.line(`${event.type.padEnd(16)} ${taskId}  ${status}`)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Sends an event in the form of a webhook. Returns the status, or why there is none. */
async function post(
  url: string,
  { taskId, event }: AnyTaskEvent,
  { secret, signal }: { secret: string; signal: AbortSignal },
): Promise<number | string> {
  const { type: eventType, at, data, ...position } = event
  const body = JSON.stringify({ eventType, taskId, timestamp: Date.parse(at), ...position, ...data })
  const id = `msg_${taskId}_${event.epoch}_${event.seq}`
  const timestamp = Math.floor(Date.now() / 1000)
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
  try {
    const init = { method: 'POST', headers, body, signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]) }
    const response = await fetch(url, init)
    await response.body?.cancel()
    return response.status
  } catch (error) {
    signal.throwIfAborted()
    const { message, cause } = error as Error & { cause?: { code?: string } }
    return cause?.code ?? message
  }
}
