import type { Fetch, UploadOptions } from './types.ts'

/** A form of these fields. Files come last, so that the server knows the fields before it reads them. */
export function toForm(fields: object): FormData {
  const form = new FormData()
  const given = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one: unknown) => ({ name, one })))
  for (const { name, one } of given)
    if (one !== undefined && !(one instanceof Blob))
      form.append(name, typeof one === 'string' ? one : JSON.stringify(one))
  for (const { name, one } of given) if (one instanceof Blob) form.append(name, one)
  return form
}

/** Sends a form instead of the request's own body, which could only be sent once. */
export const sendForm =
  (form: FormData, fetch: Fetch, { onProgress }: UploadOptions) =>
  async (request: Request): Promise<Response> => {
    const { url, method, signal } = request
    const headers = new Headers(request.headers)
    // With the boundary of the other body.
    headers.delete('content-type')
    if (onProgress && XMLHttpRequest)
      return sendByXhr(new XMLHttpRequest(), form, { url, method, headers, signal, onProgress })
    const response = await fetch(new Request(url, { method, headers, signal, body: form }), { signal })
    const total = sizeOf(form)
    onProgress?.(total, total)
    return response
  }

const sizeOf = (form: FormData): number =>
  [...form.values()].reduce((sum, value) => sum + (typeof value === 'string' ? 0 : value.size), 0)

/** The part of XMLHttpRequest that is used: `fetch` does not tell how much it has sent. */
interface Xhr extends EventTarget {
  upload: EventTarget
  status: number
  response: Blob
  responseType: string
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getAllResponseHeaders(): string
  send(body: FormData): void
  abort(): void
}
const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Xhr }

interface XhrRequest extends Pick<Request, 'url' | 'method' | 'headers' | 'signal'> {
  onProgress: (sentBytes: number, totalBytes: number) => void
}

function sendByXhr(
  xhr: Xhr,
  form: FormData,
  { url, method, headers, signal, onProgress }: XhrRequest,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    xhr.open(method, url)
    xhr.responseType = 'blob'
    headers.forEach((value, name) => xhr.setRequestHeader(name, value))
    xhr.upload.addEventListener('progress', (event) => {
      const { loaded, total } = event as Event & { loaded: number; total: number }
      onProgress(loaded, total)
    })
    xhr.addEventListener('load', () => {
      const lines = xhr.getAllResponseHeaders().trim().split('\r\n')
      const received = lines.map((line) => line.split(/: ?(.*)/, 2) as [string, string])
      resolve(new Response(xhr.response, { status: xhr.status, headers: received }))
    })
    xhr.addEventListener('error', () => reject(new TypeError('The connection was lost')))
    xhr.addEventListener('abort', () => reject(signal.reason as Error))
    signal.addEventListener('abort', () => xhr.abort(), { once: true })
    xhr.send(form)
  })
}

/** Not `crypto.randomUUID`: pages without TLS do not have it. */
export const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
