import type { Transporter } from 'nodemailer'
import type { DeliveryRecord } from '../webhooks/delivery-record.ts'
import type { Verdict } from '../webhooks/retry-schedule.ts'
import type { Message } from './texts.ts'

const CONNECT_MS = 10_000
/** A server that is silent for longer has lost the message, or has it: nobody knows. */
const SILENCE_MS = 30_000
/** Up to here the server has not seen the message. */
const BEFORE_MESSAGE = new Set(['CONN', 'EHLO', 'HELO', 'STARTTLS', 'AUTH', 'MAIL FROM', 'RCPT TO', 'API'])

/**
 * Sends e-mail over SMTP. Whatever fails before the server has the message is tried again later,
 * unless the server rejected it for good; when nobody knows whether it has the message, it is not.
 */
export function createSendEmail({ smtpUrl, from }: { smtpUrl: string; from: string }) {
  let transport: Promise<Transporter> | undefined
  // Loaded with the first message.
  const connect = async (): Promise<Transporter> => {
    const { createTransport } = await import('nodemailer')
    return createTransport(
      { url: smtpUrl, connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENCE_MS } as never,
      { from },
    )
  }
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'darkroom'
  return async ({ to, body, messageId }: DeliveryRecord): Promise<Verdict> => {
    const { subject, text } = JSON.parse(body) as Message
    const mailer = await (transport ??= connect())
    try {
      const headers = { 'Auto-Submitted': 'auto-generated' }
      const sent = await mailer.sendMail({ to, subject, text, headers, messageId: `<${messageId}@${domain}>` })
      return { ok: true, status: 250, error: null, response: String((sent as { response?: unknown }).response) }
    } catch (error) {
      return verdictOn(error)
    }
  }
}

function verdictOn(error: unknown): Verdict {
  const { responseCode, command, code, message } = error as Record<string, unknown>
  const status = typeof responseCode === 'number' ? responseCode : null
  const isRejected = status !== null && status >= 500
  const isInDoubt = status === null && !BEFORE_MESSAGE.has(String(command))
  const text = status === null ? `The mail server could not be reached (${String(code)}).` : String(message)
  return { ok: false, status, error: text.slice(0, 500), response: '', isFinal: isRejected || isInDoubt }
}
