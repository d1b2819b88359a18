import { once } from 'node:events'
import { noteAnswer } from '@darkroom/testing'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  status: number
  /** Names are in lower case. */
  headers: Record<string, string>
  text: string
  body: unknown
}

/** A raw connection, for requests that no HTTP client would send. */
export async function openSocket(port: number, from: { localAddress?: string } = {}): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...from })
  socket.on('error', () => {})
  rememberRequest(socket)
  await once(socket, 'connect')
  return socket
}

/** Sends raw bytes and reads the first response. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = await openSocket(port)
  socket.write(bytes)
  try {
    return await readAnswer(socket)
  } finally {
    socket.destroy()
  }
}

/** Reads one response, up to its Content-Length or to the end of the connection. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  let received = Buffer.alloc(0)
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, chunk as Buffer])
    const answer = parseAnswer(received.toString('latin1'))
    if (answer) return checked(socket, answer)
  }
  const answer = parseAnswer(received.toString('latin1'), true)
  if (!answer)
    throw new Error(
      `The connection ended without a response: ${JSON.stringify(received.toString('latin1').slice(0, 200))}`,
    )
  return checked(socket, answer)
}

const requests = new WeakMap<Socket, string>()

/** Only the first one of each connection: no test sends another that is answered differently. */
function rememberRequest(socket: Socket): void {
  const write = socket.write.bind(socket)
  socket.write = ((chunk: string | Buffer, ...more: []) => {
    if (!requests.has(socket)) requests.set(socket, chunk.toString('latin1'))
    return write(chunk, ...more)
  }) as Socket['write']
}

/** Checked against the OpenAPI document, like the responses of `fetch`. */
function checked(socket: Socket, answer: RawAnswer): RawAnswer {
  const { status, headers, text } = answer
  const [, method, path] = /^([A-Z]+) (?:http:\/\/[^/]+)?(\S+) HTTP\/1\.[01]\r\n/.exec(requests.get(socket) ?? '') ?? []
  if (status >= 200)
    noteAnswer(`http://127.0.0.1:${socket.remotePort}`, {
      method,
      path,
      status,
      header: (name) => headers[name.toLowerCase()],
      body: text,
    })
  return answer
}

function parseAnswer(received: string, ended = false): RawAnswer | undefined {
  const endOfHead = received.indexOf('\r\n\r\n')
  if (endOfHead < 0) return undefined
  const [statusLine = '', ...lines] = received.slice(0, endOfHead).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const text = received.slice(endOfHead + 4)
  const status = Number(statusLine.split(' ')[1])
  if (!ended && status !== 100 && text.length < Number(headers['content-length'] ?? Infinity)) return undefined
  return { status, headers, text, body: /json/.test(headers['content-type'] ?? '') ? JSON.parse(text) : undefined }
}
