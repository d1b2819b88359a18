// A client with almost no overhead: requests are built before the clock starts, and only the status
// and the length of responses are parsed. So the server is what is measured, even if both share two
// cores.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { answerOrders } from './helper-process.ts'

export interface HttpLoadOrder {
  port: number
  connections: number
  /**
   * How long new requests are sent; pending ones are awaited. Without it each request is sent once.
   */
  ms?: number
  /**
   * The interval between requests, whether or not the previous ones have been answered. Without it
   * each connection sends the next request after each response.
   */
  everyMs?: number
  /** Used in rotation. */
  requests: HttpRequest[]
  /** Any other status is an error. */
  status: number
}

export interface HttpRequest {
  path: string
  /** Of a GET. */
  headers?: Record<string, string>
  /**
   * A file to upload and its name, in the field `file` of a form or alone; without it the request is
   * a GET.
   */
  upload?: { file: string; name: string; alone?: boolean }
}

export interface HttpLoad {
  perSecond: number
  count: number
  /** Of each request, in the order of their ends. */
  latenciesMs: number[]
}

const BOUNDARY = 'photo-of-the-benchmark'

answerOrders(async ({ port, connections, ms, everyMs = 0, requests, status }: HttpLoadOrder): Promise<HttpLoad> => {
  const files = new Map<string, Buffer>()
  const made = requests.map((request) => bytesOf(request, files))
  const latenciesMs: number[] = []
  let next = 0
  const startedAt = performance.now()
  const takeNext = (): Due | undefined => {
    const dueAt = Math.max(startedAt + next * everyMs, everyMs > 0 ? 0 : performance.now())
    const isLeft = ms === undefined ? next < made.length : dueAt - startedAt < ms
    return isLeft ? { bytes: made[next++ % made.length] ?? [], dueAt } : undefined
  }
  await Promise.all(Array.from({ length: connections }, () => askOnConnection({ port, status, takeNext, latenciesMs })))
  const tookMs = performance.now() - startedAt
  return { perSecond: (latenciesMs.length * 1000) / tookMs, count: latenciesMs.length, latenciesMs }
})

/**
 * A request, and when it is due: the time it waits for a connection counts as time that its client
 * waits.
 */
interface Due {
  bytes: Buffer[]
  dueAt: number
}

function bytesOf({ path, headers = {}, upload }: HttpRequest, files: Map<string, Buffer>): Buffer[] {
  if (!upload) {
    const lines = Object.entries({ Host: 'localhost', Connection: 'keep-alive', ...headers })
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    return [Buffer.from(`GET ${path} HTTP/1.1\r\n${head}\r\n`)]
  }
  const file = files.get(upload.file) ?? readFileSync(upload.file)
  files.set(upload.file, file)
  if (upload.alone) return [postOf(path, 'image/jpeg', file.length), file]
  const disposition = `Content-Disposition: form-data; name="file"; filename="${upload.name}"`
  const before = Buffer.from(`--${BOUNDARY}\r\n${disposition}\r\nContent-Type: image/jpeg\r\n\r\n`)
  const after = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
  const length = before.length + file.length + after.length
  return [postOf(path, `multipart/form-data; boundary=${BOUNDARY}`, length), before, file, after]
}

function postOf(path: string, contentType: string, length: number): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: keep-alive',
    `Content-Type: ${contentType}`,
    `Content-Length: ${length}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n`)
}

/** One request after the other on one connection, until there are no more. */
function askOnConnection(ask: {
  port: number
  status: number
  takeNext: () => Due | undefined
  latenciesMs: number[]
}): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: ask.port, host: '127.0.0.1', noDelay: true })
    let received = ''
    let dueAt = 0
    const send = (bytes: Buffer[]): void => {
      socket.cork()
      for (const part of bytes) socket.write(part)
      socket.uncork()
    }
    const sendNext = (): void => {
      const next = ask.takeNext()
      if (!next) return void socket.end(resolve)
      dueAt = next.dueAt
      const waitMs = dueAt - performance.now()
      if (waitMs > 0) setTimeout(send, waitMs, next.bytes)
      else send(next.bytes)
    }
    socket.setEncoding('latin1')
    socket.on('connect', sendNext)
    socket.on('data', (chunk: string) => {
      received += chunk
      const length = lengthOfAnswer(received)
      if (length === undefined || received.length < length) return
      if (!received.startsWith(`HTTP/1.1 ${ask.status} `))
        return socket.destroy(new Error(`The response was ${received.slice(0, 500)}`))
      received = ''
      ask.latenciesMs.push(performance.now() - dueAt)
      sendNext()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed a connection')))
  })
}

/** Including the header; undefined until the header is complete. */
function lengthOfAnswer(received: string): number | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  return end + 4 + Number(/^content-length: (\d+)/im.exec(received)?.[1] ?? 0)
}
