/** Why a run failed, as stored in BullMQ's single text field. */
export interface FailureReason {
  code: string
  message: string
  retryable: boolean
}

const CODED = /^([A-Z][A-Z0-9_]{2,40})(!?): ([^]*)$/
const MESSAGE_LENGTH = 500

/**
 * `CODE: message`, or `CODE!: message` if retrying cannot help. Parsed by {@link
 * parseFailureReason}.
 */
export function formatFailureReason(reason: FailureReason): string {
  return `${reason.code}${reason.retryable ? '' : '!'}: ${reason.message.slice(0, MESSAGE_LENGTH)}`
}

/** The reason in a job's `failedReason`; messages of BullMQ itself are given a code. */
export function parseFailureReason(text: string | undefined): FailureReason {
  const [, code, permanent, message] = CODED.exec(text ?? '') ?? []
  if (code && message !== undefined) return { code, message, retryable: permanent === '' }
  if (text?.includes('stalled more than allowable limit')) {
    return { code: 'WORKER_CRASHED', message: 'Too many workers died while processing this task', retryable: true }
  }
  return { code: 'INTERNAL', message: 'Unknown error', retryable: true }
}
