// A client that costs next to nothing: requests are made before the clock starts, and of the
// answers it reads no more than the status and the length. So what is measured is the server, also
// where both share two cores.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { answerOrders } from './helper-process.ts'

export interface HttpLoadOrder {
  port: number
  connections: number
  /**
   * How long new requests are begun; those under way are waited for. Without it each request is
   * made once.
   */
  ms?: number
  /**
   * One is due this often, whether the ones before it were answered or not. Without it each
   * connection asks as fast as it is answered.
   */
  everyMs?: number
  /** Taken in turn. */
  requests: HttpRequest[]
  /** Every other answer is a fault. */
  status: number
}

export interface HttpRequest {
  path: string
  /** A file to be uploaded in the field `file`, and its name; without it the request is a GET. */
  upload?: { file: string; name: string }
}

export interface HttpLoad {
  perSecond: number
  count: number
  /** Of each request, in order of their ends. */
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
 * A request, and when it is to be sent: what it waits for a connection counts as time that its
 * client waits.
 */
interface Due {
  bytes: Buffer[]
  dueAt: number
}

function bytesOf({ path, upload }: HttpRequest, files: Map<string, Buffer>): Buffer[] {
  if (!upload) return [Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n`)]
  const file = files.get(upload.file) ?? readFileSync(upload.file)
  files.set(upload.file, file)
  const disposition = `Content-Disposition: form-data; name="file"; filename="${upload.name}"`
  const before = Buffer.from(`--${BOUNDARY}\r\n${disposition}\r\nContent-Type: image/jpeg\r\n\r\n`)
  const after = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: keep-alive',
    `Content-Type: multipart/form-data; boundary=${BOUNDARY}`,
    `Content-Length: ${before.length + file.length + after.length}`,
  ]
  return [Buffer.from(`${head.join('\r\n')}\r\n\r\n`), before, file, after]
}

/** One request after the other on one connection, until there is no next one. */
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
        return socket.destroy(new Error(`The answer was ${received.slice(0, 500)}`))
      received = ''
      ask.latenciesMs.push(performance.now() - dueAt)
      sendNext()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed a connection')))
  })
}

/** With its head; undefined until the head is there. */
function lengthOfAnswer(received: string): number | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  return end + 4 + Number(/^content-length: (\d+)/im.exec(received)?.[1] ?? 0)
}
