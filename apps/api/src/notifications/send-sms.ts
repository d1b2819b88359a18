import { OutgoingRefusal, readStart, type Outgoing } from '@darkroom/outgoing'
import type { DeliveryRecord } from '../webhooks/delivery-record.ts'
import type { Verdict } from '../webhooks/retry-schedule.ts'
import type { Message } from './texts.ts'

const CALL_MS = 15_000
const SHOWN_BYTES = 500
/** A connection that was never made has sent nothing. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

export interface SmsGateway {
  url: string
  /** With `{to}` and `{text}`, in JSON if it begins with a brace, else as a form. */
  template: string
  authorization: string | undefined
}

/**
 * Sends a text message by an HTTP call that the operator describes. It is only repeated if the
 * gateway certainly did not accept it.
 */
export function createSendSms(outgoing: Outgoing, { url, template, authorization }: SmsGateway) {
  const isJson = template.trimStart().startsWith('{')
  const escape = isJson ? (value: string) => JSON.stringify(value).slice(1, -1) : encodeURIComponent
  const headers = {
    'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
    ...(authorization !== undefined && { authorization }),
  }
  return async ({ to, body, messageId }: DeliveryRecord): Promise<Verdict> => {
    const { subject } = JSON.parse(body) as Message
    const filled = template.replaceAll(/\{(to|text)\}/g, (_all, name) => escape(name === 'to' ? to : subject))
    try {
      const answer = await outgoing.post(url, {
        headers: { ...headers, 'idempotency-key': messageId },
        body: filled,
        signal: AbortSignal.timeout(CALL_MS),
      })
      const { status } = answer
      const response = (await readStart(answer.body, SHOWN_BYTES)).toString()
      const ok = status >= 200 && status < 300
      const error = ok ? null : `The gateway answered ${status}.`
      return { ok, status, error, response, isFinal: status !== 429 && status !== 503 }
    } catch (error) {
      const code = String((error as { code?: unknown }).code)
      const isSafe = error instanceof OutgoingRefusal || NOT_SENT.has(code)
      const text = error instanceof OutgoingRefusal ? error.message : `The gateway could not be reached (${code}).`
      return { ok: false, status: null, error: text, response: '', isFinal: !isSafe }
    }
  }
}
