// An HTTP proxy in front of the S3 server. TCP proxies cannot answer in its place, nor break off a
// body at a given byte.
import { once } from 'node:events'
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'

interface S3Request {
  method: string
  /** Without the bucket. */
  key: string
}

/** What happens to a request. The body is that of the request if it has one, otherwise of its response. */
export interface Treatment {
  /** The response arrives this much later. */
  lateMs?: number
  /** The server never sees the request. */
  answer?: 500 | 503
  /** The connection breaks when half of the body has arrived, right after this call. */
  atHalf?: () => unknown
  /** One byte of the body is changed. */
  isDamaged?: boolean
  /** The server does what it is asked to, but the connection breaks before its response. */
  losesResponse?: boolean
}

type Treat = (request: S3Request) => Treatment | undefined

export interface S3Front {
  url: string
  /** Asked for each request. */
  treat: Treat
  /** From now on nothing is hindered. */
  restore: () => void
  stop: () => Promise<void>
}

const CODES = { 500: 'InternalError', 503: 'SlowDown' }
const UNHINDERED: Treat = () => undefined

export async function startS3Front(serverUrl: string): Promise<S3Front> {
  const server = createServer((request, response) => {
    const { socket } = request // null once it is closed
    const treatment = front.treat({ method: request.method ?? '', key: keyOf(request) }) ?? {}
    pass(request, response, { serverUrl, treatment }).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const front: S3Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    treat: UNHINDERED,
    restore: () => (front.treat = UNHINDERED),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  return front
}

function keyOf({ url = '' }: IncomingMessage): string {
  return decodeURIComponent(new URL(url, 'http://s3').pathname.split('/').slice(2).join('/'))
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { serverUrl, treatment }: { serverUrl: string; treatment: Treatment },
): Promise<void> {
  if (treatment.answer !== undefined) return refuse(request, response, treatment.answer)
  const { hostname, port } = new URL(serverUrl)
  const { method, url: path, headers } = request
  // The host stays that of the client: it is part of the signature.
  const onward = send({ hostname, port, method, path, agent: false, headers: { ...headers, connection: 'close' } })
  response.once('close', () => onward.destroy())
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once('response', resolve)
    onward.on('error', reject)
  })
  const hasBody = Number(headers['content-length'] ?? 0) > 0
  const sent = pipeline(Readable.from(hinder(request, hasBody ? treatment : {})), onward)
  // It may refuse a request before it has read the body.
  const answer = await Promise.race([answered, sent.then(() => answered)])
  if (treatment.lateMs !== undefined) await pause(treatment.lateMs, undefined, { ref: false })
  if (treatment.losesResponse) throw new Error('The response is lost.')
  const { connection: _ours, ...rest } = answer.headers
  response.writeHead(answer.statusCode ?? 0, rest)
  await pipeline(Readable.from(hinder(answer, hasBody ? {} : treatment)), response)
}

function refuse(request: IncomingMessage, response: ServerResponse, status: 500 | 503): void {
  request.resume()
  response.writeHead(status, { 'Content-Type': 'application/xml' })
  response.end(`<?xml version="1.0"?><Error><Code>${CODES[status]}</Code><Message>Injected.</Message></Error>`)
}

async function* hinder(body: IncomingMessage, { atHalf, isDamaged }: Treatment): AsyncGenerator<Buffer> {
  const half = Math.floor(Number(body.headers['content-length'] ?? 0) / 2)
  let passed = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const isMiddle = passed <= half && half < passed + chunk.length
    if (isMiddle && atHalf) {
      yield chunk.subarray(0, half - passed)
      await atHalf()
      throw new Error('The connection breaks.')
    }
    if (isMiddle && isDamaged) chunk[half - passed] = (chunk[half - passed] ?? 0) ^ 0xff
    passed += chunk.length
    yield chunk
  }
}
