import { DarkroomError } from './darkroom-error.ts'
import type { Fetch, UploadOptions } from './types.ts'

const CHUNK_BYTES = 1024 * 1024

/** Sends fields as a form: a new one for each try. The body of the request itself is not used. */
export const sendForm =
  (fields: object, fetch: Fetch, { onProgress }: UploadOptions): Fetch =>
  async ({ url, method, headers }, { signal: caller }) => {
    const given = Object.entries(fields).flatMap(([name, value]) =>
      [value].flat().map((one: unknown) => ({ name, one })),
    )
    const files = given.flatMap(({ name, one }) => (one instanceof Blob ? { name, file: one } : []))
    await Promise.all(files.map(({ file }) => read(file, 0, 1)))
    caller.throwIfAborted()
    const upload = new AbortController()
    const { signal } = upload
    const abort = (): void => upload.abort(caller.reason)
    caller.addEventListener('abort', abort)

    const body = new FormData()
    for (const { name, one } of given)
      if (one !== undefined && !(one instanceof Blob))
        body.append(name, typeof one === 'string' ? one : JSON.stringify(one))
    // Last, so that the server knows the fields before it reads files.
    for (const { name, file } of files) body.append(name, readSafely(file, upload))
    const request = { method, headers, body, signal }
    try {
      if (onProgress && XMLHttpRequest) return await sendByXhr(new XMLHttpRequest(), { ...request, url, onProgress })
      const response = await fetch(new Request(url, request), { signal })
      const total = files.reduce((sum, { file }) => sum + file.size, 0)
      onProgress?.(total, total)
      return response
    } finally {
      caller.removeEventListener('abort', abort)
    }
  }

/**
 * A file whose failures end its upload. `fetch` of Node.js 24 reads all of a form at once; if a
 * read fails, or the upload is aborted meanwhile, it throws where nobody can catch it. It calls
 * `stream`, unlike browsers, and is left waiting then.
 */
function readSafely(file: Blob, upload: AbortController): File {
  async function* stream() {
    for (let at = 0; at < file.size; at += CHUNK_BYTES) {
      const chunk = await read(file, at, at + CHUNK_BYTES).catch((error: unknown) => upload.abort(error))
      if (!chunk || upload.signal.aborted) await new Promise(() => {})
      yield chunk
    }
  }
  const { name = 'blob', type } = file as Partial<File>
  return Object.assign(new File([file], name, type === undefined ? {} : { type }), { stream })
}

const read = async (file: Blob, from: number, to: number): Promise<Uint8Array> => {
  try {
    return new Uint8Array(await file.slice(from, to).arrayBuffer())
  } catch (cause) {
    const { name = 'The file' } = file as Partial<File>
    const reason = 'it was changed or removed after it was chosen, or its permissions forbid it'
    throw new DarkroomError('FILE_UNREADABLE', `${name} cannot be read: ${reason}.`, { cause })
  }
}

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

interface XhrUpload extends Required<Pick<UploadOptions, 'onProgress'>> {
  url: string
  method: string
  headers: Headers
  body: FormData
  signal: AbortSignal
}

function sendByXhr(xhr: Xhr, { url, method, headers, body, signal, onProgress }: XhrUpload): Promise<Response> {
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
    xhr.send(body)
  })
}

/** Not `crypto.randomUUID`: pages without TLS do not have it. */
export const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
