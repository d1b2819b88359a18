import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { TaskOrProblem } from './client.ts'

export interface BegunUpload {
  /** Sends the body and waits for the response. */
  finish: () => Promise<{ status: number; body: TaskOrProblem }>
}

const BOUNDARY = 'darkroom-end-to-end'
const END = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)

/**
 * Announces an upload and returns as soon as the server wants its body: from then on it is in
 * progress. The chunks of the file are sent one after the other, each when the previous one has
 * left, so the same chunk may be sent many times.
 */
export async function beginUpload(url: string, file: readonly Buffer[], name = 'photo.jpg'): Promise<BegunUpload> {
  const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`
  const body = [Buffer.from(`--${BOUNDARY}\r\n${disposition}\r\nContent-Type: image/jpeg\r\n\r\n`), ...file, END]
  const headers = {
    'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
    'Content-Length': body.reduce((sum, piece) => sum + piece.length, 0),
    Expect: '100-continue',
  }
  const sending = request(`${url}/api/v1/tasks`, { method: 'POST', agent: false, headers })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  answered.catch(() => {}) // reported by finish()
  sending.flushHeaders()
  await once(sending, 'continue')
  return {
    finish: async () => {
      await pipeline(Readable.from(body), sending)
      const [response] = await answered
      return { status: response.statusCode ?? 0, body: (await json(response)) as TaskOrProblem }
    },
  }
}
