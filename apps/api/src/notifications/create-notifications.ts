import type { Outgoing } from '@darkroom/outgoing'
import { AppError } from '../app-error.ts'
import { batchPage, taskPage } from '../tasks/page-paths.ts'
import type { CheckReports, Reports } from '../tasks/report-fields.ts'
import { newDelivery, type DeliveryRecord } from '../webhooks/delivery-record.ts'
import type { Notify } from '../webhooks/deliverer.ts'
import { isTaskEnd } from '../webhooks/receivers.ts'
import type { NotificationsOf } from '../webhooks/teller.ts'
import { createSendEmail } from './send-email.ts'
import { createSendSms } from './send-sms.ts'
import { batchMessage, taskMessage, type Message } from './texts.ts'

export interface NotificationSettings {
  /** Without it, messages have no link to the web page. */
  PUBLIC_URL?: string | undefined
  SMTP_URL?: string | undefined
  MAIL_FROM: string
  SMS_URL?: string | undefined
  SMS_BODY: string
  SMS_AUTHORIZATION?: string | undefined
}

const SECOND = 1000
const MINUTE = 60 * SECOND
/** Later than that, the message would be of little use. */
const NOTIFY_DELAYS_MS = [10 * SECOND, MINUTE, 10 * MINUTE, 60 * MINUTE, 240 * MINUTE]

const unconfigured: Notify = async () => ({
  ...{ ok: false, status: null, response: '', isFinal: true },
  error: 'This installation no longer sends such messages.',
})

/** Messages to people at the end of a task or batch, once. */
export function createNotifications(env: NotificationSettings, outgoing: Outgoing) {
  const { SMTP_URL: smtpUrl, SMS_URL: url } = env
  const send: Record<'email' | 'sms', Notify> = {
    email: smtpUrl === undefined ? unconfigured : createSendEmail({ smtpUrl, from: env.MAIL_FROM }),
    sms:
      url === undefined
        ? unconfigured
        : createSendSms(outgoing, { url, template: env.SMS_BODY, authorization: env.SMS_AUTHORIZATION }),
  }
  const check: CheckReports = ({ notify }) => {
    if (notify?.email !== undefined && smtpUrl === undefined) throw notSent('email', 'e-mail')
    if (notify?.sms !== undefined && url === undefined) throw notSent('sms', 'text messages')
  }
  return { send, check, of: notificationsOf(env.PUBLIC_URL), delaysMs: NOTIFY_DELAYS_MS }
}

function notSent(field: string, what: string): AppError {
  const detail = `This installation sends no ${what}.`
  return new AppError('INVALID_FIELD', detail, { errors: [{ pointer: `/notify/${field}`, detail }] })
}

const notificationsOf = (publicUrl: string | undefined): NotificationsOf => ({
  task: (task, { type, epoch, seq, data }, now) => {
    // A replay is quiet unless it was asked for.
    if (!task.notify || !isTaskEnd(type) || (epoch > 1 && task.notifyEpoch !== epoch)) return []
    const { tenant, id, name } = task
    const error = typeof data?.['error'] === 'string' ? data['error'] : null
    const url = absolute(publicUrl, taskPage(id))
    const message = taskMessage(task.notify.language, { type: type as 'task.completed', name, id, error, url })
    const about = { tenant, taskId: id, batchId: task.batchId ?? null, epoch, seq, event: type }
    return messagesTo(task.notify, message, { ...about, messageId: `end_${id}_${epoch}` }, now)
  },
  batch: ({ notify, tenant }, event, now) => {
    if (!notify) return []
    const about = { tenant, taskId: null, batchId: event.batchId, epoch: 1, seq: 0, event: event.eventType }
    const message = batchMessage(notify.language, event, absolute(publicUrl, batchPage(event.batchId)))
    return messagesTo(notify, message, { ...about, messageId: `end_${event.batchId}` }, now)
  },
})

const absolute = (publicUrl: string | undefined, path: string): string | undefined =>
  publicUrl === undefined ? undefined : publicUrl + path

type About = Pick<DeliveryRecord, 'tenant' | 'taskId' | 'batchId' | 'epoch' | 'seq' | 'event' | 'messageId'>

function messagesTo(
  { email, sms }: Reports['notify'] & {},
  message: Message,
  about: About,
  now: Date,
): DeliveryRecord[] {
  const body = JSON.stringify(message)
  const to = { email, sms }
  return (['email', 'sms'] as const).flatMap((channel) => {
    const address = to[channel]
    if (address === undefined) return []
    const given = { ...about, channel, webhookId: null, to: address, lane: channel, body }
    return [newDelivery(`${channel} ${address}`, given, now)]
  })
}
