import type { AcceptedTask } from '@darkroom/contracts'
import { toProblemError } from '../api/problem-error.ts'

interface Sending {
  file: File
  fields: Readonly<Record<string, string>>
  key: string
  /** Gets the share that has been sent, 0 to 1. */
  onSent: (share: number) => void
  signal: AbortSignal
}

/**
 * Uploads a photo. Throws a ProblemError if it is refused, a TypeError if the connection is lost.
 * `fetch` would not report how much has been sent.
 */
export function sendFile({ file, fields, key, onSent, signal }: Sending): Promise<AcceptedTask> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest()
    sending.open('POST', '/api/v1/tasks')
    sending.setRequestHeader('Idempotency-Key', key)
    sending.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0)
    sending.onload = () => {
      if (sending.status === 202) resolve(JSON.parse(sending.responseText) as AcceptedTask)
      else reject(toProblemError(sending.status, sending.responseText, sending.getResponseHeader('Retry-After')))
    }
    sending.onerror = () => reject(new TypeError('The connection was lost.'))
    sending.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'))
    signal.addEventListener('abort', () => sending.abort(), { once: true })
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', file, file.name)
    sending.send(form)
  })
}
