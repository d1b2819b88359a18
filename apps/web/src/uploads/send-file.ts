import type { AcceptedTask, Task } from '@darkroom/contracts'
import { toProblemError } from '../api/problem-error.ts'

export interface Sending {
  file: File
  fields: Readonly<Record<string, string>>
  key: string
  /** Gets the share that has been sent, 0 to 1. */
  onSent: (share: number) => void
  signal: AbortSignal
}

/** From here on, it is worth while not to begin again after an interruption. */
const LARGE_BYTES = 5 * 1024 ** 2

/**
 * Uploads a photo. Returns nothing if the key may not read the task. Rejects with a ProblemError if
 * the photo is refused, a TypeError if the connection is lost.
 */
export async function sendFile(sending: Sending): Promise<Task | AcceptedTask | undefined> {
  if (sending.file.size < LARGE_BYTES) return sendWhole(sending)
  // Loaded by those who need it. After an upgrade it is gone, but the photo can be sent all the same.
  const inParts = await import('./send-large-file.ts').catch(() => undefined)
  return inParts ? inParts.sendLargeFile(sending) : sendWhole(sending)
}

/** `fetch` would not report how much has been sent. */
function sendWhole({ file, fields, key, onSent, signal }: Sending): Promise<AcceptedTask> {
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
