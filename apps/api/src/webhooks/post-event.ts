import { OutgoingRefusal, readStart, type Outgoing } from '@darkroom/outgoing'
import { Webhook } from 'standardwebhooks'
import type { DeliveryRecord } from './delivery-record.ts'
import { retryAfterMsOf, type Verdict } from './retry-schedule.ts'
import type { WebhookSecret } from './webhook-store.ts'

const TRY_MS = 15_000
const SHOWN_BYTES = 500
const GONE = 410

/**
 * Sends an event once, signed by the Standard Webhooks specification with every secret that is
 * valid. Never throws. Any status but 2xx is a failure, redirects included: they would lead to an
 * address that nobody entered.
 */
export async function postEvent(
  outgoing: Outgoing,
  { messageId, to, body }: Pick<DeliveryRecord, 'messageId' | 'to' | 'body'>,
  secrets: readonly WebhookSecret[],
  now: Date,
): Promise<Verdict> {
  const signature = secrets
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    .map(({ secret }) => new Webhook(secret).sign(messageId, now, body))
    .join(' ')
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Darkroom',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signature,
  }
  try {
    const answer = await outgoing.post(to, { headers, body, signal: AbortSignal.timeout(TRY_MS) })
    const response = (await readStart(answer.body, SHOWN_BYTES)).toString()
    const { status } = answer
    if (status >= 200 && status < 300) return { ok: true, status, error: null, response }
    const retryAfterMs = retryAfterMsOf(answer.headers['retry-after'], now)
    return { ok: false, status, error: errorOf(status), response, retryAfterMs, isFinal: status === GONE }
  } catch (error) {
    return { ok: false, status: null, error: faultText(error), response: '' }
  }
}

const errorOf = (status: number): string =>
  status >= 300 && status < 400
    ? 'The receiver redirects: enter the URL that it redirects to.'
    : `The receiver answered ${status}.`

/** Why there was no answer, without details of our network. */
function faultText(error: unknown): string {
  if (error instanceof OutgoingRefusal) return error.message
  const { name, code } = error as { name?: unknown; code?: unknown }
  if (name === 'TimeoutError') return `There was no answer within ${TRY_MS / 1000} seconds.`
  return typeof code === 'string' ? `The connection failed (${code}).` : 'The connection failed.'
}
