import type { Task } from '@darkroom/contracts'
import { DetailedError, Upload } from 'tus-js-client'
import { isForbidden, toProblemError } from '../api/problem-error.ts'
import { request } from '../api/request.ts'
import type { Sending } from './send-file.ts'

/** After each, the upload goes on where the server has it. */
const RETRIES_MS = [0, 500, 1000]

/**
 * Uploads a photo in a way that continues where it stopped: after an interruption, and after the page
 * was left and the same file is dropped again. Returns and rejects like sendFile.
 */
export async function sendLargeFile({ file, fields, key, onSent, signal }: Sending): Promise<Task | undefined> {
  const sent = Promise.withResolvers<string>()
  const upload = new Upload(file, {
    endpoint: '/api/v1/uploads',
    headers: { 'Idempotency-Key': key },
    metadata: { filename: file.name, ...fields },
    retryDelays: RETRIES_MS,
    removeFingerprintOnSuccess: true,
    onProgress: (bytes, total) => onSent(total > 0 ? bytes / total : 0),
    onSuccess: ({ lastResponse }) => sent.resolve(lastResponse.getHeader('Location') ?? ''),
    onError: (error) => sent.reject(faultOf(error)),
  })
  const [previous] = await upload.findPreviousUploads()
  if (previous) upload.resumeFromPreviousUpload(previous)
  signal.addEventListener('abort', () => {
    void upload.abort(true).catch(() => {})
    sent.reject(new DOMException('The upload was cancelled.', 'AbortError'))
  })
  upload.start()
  const id = (await sent.promise).split('/').at(-1) ?? ''
  return request<Task>(`/tasks/${id}`, { signal }).catch((error: unknown) => {
    if (isForbidden(error)) return undefined
    throw error
  })
}

function faultOf(error: Error): Error {
  const response = error instanceof DetailedError ? error.originalResponse : null
  if (!response) return new TypeError('The connection was lost.')
  return toProblemError(response.getStatus(), response.getBody(), response.getHeader('Retry-After') ?? null)
}
