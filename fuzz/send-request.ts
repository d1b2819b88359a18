import { Agent, request, type IncomingMessage } from 'node:http'
import type { FuzzRequest } from './draft.ts'

export interface FuzzAnswer {
  status: number
  header: (name: string) => string | undefined
  /** Only the beginning of an event stream. */
  body: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

/**
 * Sends a request unchanged: `fetch` would correct or reject it. Throws if no response arrives in
 * time.
 */
export async function sendRequest(origin: string, asked: FuzzRequest, timeoutMs: number): Promise<FuzzAnswer> {
  try {
    return await sendOnce(origin, asked, timeoutMs)
  } catch (error) {
    // The server had just closed a kept-alive connection: a new one will work.
    if ((error as { code?: string }).code !== 'ECONNRESET' || !(error as { reused?: boolean }).reused) throw error
    return sendOnce(origin, asked, timeoutMs)
  }
}

function sendOnce(
  origin: string,
  { method, path, headers, body }: FuzzRequest,
  timeoutMs: number,
): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const length = body && { 'content-length': String(body.length) }
    const signal = AbortSignal.timeout(timeoutMs)
    const sending = request({ agent, hostname, port, method, path, headers: { ...headers, ...length }, signal })
    sending.on('error', (error) => reject(Object.assign(error, { reused: sending.reusedSocket })))
    sending.on('response', (response) => {
      read(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, header: (name) => headerOf(response, name), body: text }),
        reject,
      )
    })
    sending.end(body)
  })
}

async function read(response: IncomingMessage): Promise<string> {
  const isStream = response.headers['content-type']?.startsWith('text/event-stream')
  const chunks: Buffer[] = []
  for await (const chunk of response) {
    chunks.push(chunk as Buffer)
    if (isStream) break
  }
  return Buffer.concat(chunks).toString()
}

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers[name.toLowerCase()]?.toString()
