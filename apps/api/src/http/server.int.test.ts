import { once } from 'node:events'
import type { Socket } from 'node:net'
import { problem, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { multipart, filePart, partHead } from '../../test/multipart.ts'
import { openSocket, readAnswer, sendRaw, type RawAnswer } from '../../test/raw-http.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'

const MIB = 1024 * 1024
let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const head = (lines: string[]): string => [...lines, '', ''].join('\r\n')
const host = 'Host: test'
/** The beginning of an upload: enough for its file to be made. */
const begun = `${partHead(filePart(Buffer.alloc(0)), 'x')}half a photo`

function codeOf(answer: RawAnswer): string {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  return problem.strict().parse(answer.body).code
}

describe('a request that is not valid HTTP', () => {
  it.each([
    ['noise', 'hello\r\n\r\n', 400, 'INVALID_REQUEST'],
    ['bytes', '\x00\x01\x02\xff\r\n\r\n', 400, 'INVALID_REQUEST'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'INVALID_REQUEST'],
    ['a method of its own', head(['BREW /coffee HTTP/1.1', host]), 400, 'INVALID_REQUEST'],
    ['a version of its own', head(['GET / HTTP/9.9', host]), 400, 'INVALID_REQUEST'],
    ['a header without a colon', head(['GET / HTTP/1.1', host, 'broken']), 400, 'INVALID_REQUEST'],
    ['a header with a line break', head(['GET / HTTP/1.1', host, 'a: b\rc']), 400, 'INVALID_REQUEST'],
    [
      'two lengths',
      head(['POST /api/jobs HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2']),
      400,
      'INVALID_REQUEST',
    ],
    ['a length that is none', head(['POST /api/jobs HTTP/1.1', host, 'Content-Length: -1']), 400, 'INVALID_REQUEST'],
    [
      'a length and chunks',
      head(['POST /api/jobs HTTP/1.1', host, 'Content-Length: 5', 'Transfer-Encoding: chunked']),
      400,
      'INVALID_REQUEST',
    ],
    ['headers without end', head(['GET / HTTP/1.1', host, `a: ${'x'.repeat(20_000)}`]), 431, 'HEADERS_TOO_LARGE'],
    ['a URL without end', head([`GET /${'x'.repeat(20_000)} HTTP/1.1`, host]), 431, 'HEADERS_TOO_LARGE'],
    ['no Host', head(['GET /livez HTTP/1.1']), 400, 'INVALID_REQUEST'],
    ['two Hosts', head(['GET /livez HTTP/1.1', host, host]), 400, 'INVALID_REQUEST'],
    ['the address of another host', head(['GET http://other.example/livez HTTP/1.1', host]), 421, 'HOST_NOT_ALLOWED'],
    ['an expectation of its own', head(['GET /livez HTTP/1.1', host, 'Expect: miracles']), 417, 'EXPECTATION_FAILED'],
    ['a broken path', head(['GET /api/v1/tasks/%E0%A4%A HTTP/1.1', host]), 400, 'INVALID_REQUEST'],
    ['a path of nothing', head(['GET /api/v1/tasks/%00 HTTP/1.1', host]), 404, 'TASK_NOT_FOUND'],
    ['a star for a path', head(['OPTIONS * HTTP/1.1', host]), 404, 'ROUTE_NOT_FOUND'],
    ['slashes', head(['GET //////// HTTP/1.1', host]), 404, 'ROUTE_NOT_FOUND'],
    ['a path upwards', head(['GET /api/v1/../../../etc/passwd HTTP/1.1', host]), 404, 'ROUTE_NOT_FOUND'],
  ])('%s gets a problem', async (_what, bytes, status, code) => {
    const answer = await sendRaw(api.port, Buffer.from(bytes, 'latin1'))
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
  })

  it('a URL that is not encoded says how to encode it', async () => {
    const { status, body } = await sendRaw(api.port, Buffer.from(head(['GET /api/v1/tasks?q=日本 HTTP/1.1', host])))
    expect([status, problem.parse(body).detail]).toEqual([400, expect.stringContaining('--data-urlencode')])
  })

  it('a full URL is accepted as a path', async () => {
    expect((await sendRaw(api.port, head(['GET http://elsewhere/livez HTTP/1.1', host]))).status).toBe(200)
  })

  it('HTTP/1.0 needs no Host', async () => {
    expect((await sendRaw(api.port, head(['GET /livez HTTP/1.0']))).status).toBe(200)
  })

  it('a malformed chunk in the middle of an upload gets a response, and leaves nothing behind', async () => {
    const socket = await openSocket(api.port)
    socket.write(
      head([
        'POST /api/v1/tasks HTTP/1.1',
        host,
        'Content-Type: multipart/form-data; boundary=x',
        'Transfer-Encoding: chunked',
      ]),
    )
    socket.write(`${begun.length.toString(16)}\r\n${begun}\r\n`)
    await until(async () => (await api.temporaryFiles()).length === 1, { what: 'an upload that has begun' })
    socket.write('not a chunk size\r\n')
    expect(codeOf(await readAnswer(socket))).toBe('INVALID_REQUEST')
    await until(async () => (await api.temporaryFiles()).length === 0, { what: 'nothing left of it' })
    socket.destroy()
  })

  it('the service continues', async () => {
    expect((await api.request('/livez')).status).toBe(200)
  })
})

it('pipelined requests on one connection are started one after the other, and answered in order', async () => {
  const socket = await openSocket(api.port)
  const ask = (path: string): string => head([`GET ${path} HTTP/1.1`, host])
  const { id } = (await api.upload(await sampleJpeg({ width: 64, height: 48 }))).body as { id: string }
  const startedAt = Date.now()
  // Both wait for a second: together they take two if the second one begins after the first.
  const wait = ask(`/api/v1/tasks/${id}?wait=1`)
  let received = ''
  socket.on('data', (chunk) => (received += chunk.toString()))
  socket.write(wait + wait + ask('/livez'))
  await until(() => received.split('HTTP/1.1 200').length === 4, { what: 'three answers' })
  expect(Date.now() - startedAt).toBeGreaterThan(1900)
  expect(received.lastIndexOf('"status":"ok"')).toBeGreaterThan(received.lastIndexOf(id))
  socket.destroy()
})

it('a connection that sends thousands of requests behind an open stream is ended', async () => {
  const { links } = (await api.upload(await sampleJpeg({ width: 64, height: 48 }))).body as Task
  const socket = await openSocket(api.port)
  socket.write(head([`GET ${links.events} HTTP/1.1`, host, 'Accept: text/event-stream']))
  await once(socket, 'data')
  socket.write(head(['GET /livez HTTP/1.1', host]).repeat(50_000))
  await until(() => socket.destroyed, { what: 'the end of the connection' })
  expect((await api.request('/livez')).status).toBe(200)
})

describe('a body that declares too large a size', () => {
  const tooLarge = (...more: string[]) =>
    head([
      'POST /api/v1/tasks HTTP/1.1',
      host,
      'Content-Type: multipart/form-data; boundary=x',
      `Content-Length: ${52 * MIB}`,
      ...more,
    ])

  it('is refused when almost nothing has been sent', async () => {
    const socket = await openSocket(api.port)
    socket.write(tooLarge() + begun)
    const answer = await readAnswer(socket)
    expect([answer.status, codeOf(answer)]).toEqual([413, 'FILE_TOO_LARGE'])
    expect(socket.bytesWritten).toBeLessThan(1000)
    expect(await api.temporaryFiles()).toEqual([])
    expect(await ended(socket)).toBe(true)
  })

  it('is refused without 100-continue', async () => {
    const socket = await openSocket(api.port)
    socket.write(tooLarge('Expect: 100-continue'))
    const answer = await readAnswer(socket)
    expect([answer.status, codeOf(answer)]).toEqual([413, 'FILE_TOO_LARGE'])
    expect(await ended(socket)).toBe(true)
  })

  it.each([[], ['Connection: close']])(
    'a client that sends all of it before it reads receives the refusal (%s)',
    async (...more) => {
      const socket = await openSocket(api.port)
      socket.write(tooLarge(...more))
      // It takes longer than a moment, as over a slow line: an answer that is followed by a reset
      // is lost.
      const sending = setInterval(() => socket.write(Buffer.alloc(MIB)), 60)
      await until(() => socket.bytesWritten > 52 * MIB && socket.writableLength === 0, { what: 'all of it to be sent' })
      clearInterval(sending)
      const answer = await readAnswer(socket)
      expect([answer.status, codeOf(answer)]).toEqual([413, 'FILE_TOO_LARGE'])
      expect(await api.temporaryFiles()).toEqual([])
      if (more.length > 0) expect(await ended(socket)).toBe(true)
      socket.destroy()
    },
  )

  it('a client that expects 100-continue for a small body receives it', async () => {
    const { body, contentType } = multipart([filePart(await sampleJpeg({ width: 64, height: 48 }))])
    const socket = await openSocket(api.port)
    socket.write(
      head([
        'POST /api/v1/tasks HTTP/1.1',
        host,
        `Content-Type: ${contentType}`,
        `Content-Length: ${body.length}`,
        'Expect: 100-continue',
      ]),
    )
    expect((await readAnswer(socket)).status).toBe(100)
    socket.write(body)
    expect((await readAnswer(socket)).status).toBe(202)
    socket.destroy()
  })
})

/** Whether the server lets go of a connection though its client never does. */
async function ended(socket: Socket): Promise<boolean> {
  socket.resume()
  if (!socket.readableEnded && !socket.destroyed)
    await Promise.race([once(socket, 'end'), once(socket, 'close')]).catch(() => {})
  // Half of it may be left open: only when writing fails has the server let go of all of it.
  await until(() => socket.destroyed || !socket.write('x') || socket.errored, {
    what: 'the end of the connection',
    timeoutMs: 5000,
  })
  return true
}

describe('slow clients', () => {
  let impatient: TestApi

  beforeAll(async () => {
    impatient = await startTestApi({ REQUEST_TIMEOUT_MS: '1000', HEADERS_TIMEOUT_MS: '1000', UPLOAD_STALL_MS: '1000' })
  })
  afterAll(() => impatient.stop())

  it.concurrent('a request whose headers do not arrive ends with 408', async () => {
    const socket = await openSocket(impatient.port)
    socket.write('GET /livez HTTP/1.1\r\nHost: te')
    const answer = await readAnswer(socket)
    expect([answer.status, codeOf(answer)]).toEqual([408, 'REQUEST_TIMEOUT'])
    expect(await ended(socket)).toBe(true)
  })

  it.concurrent('a refused client that keeps sending receives the refusal, and is disconnected', async () => {
    const socket = await openSocket(impatient.port)
    socket.write(
      head([
        'POST /api/v1/tasks HTTP/1.1',
        host,
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 999999999',
      ]),
    )
    const chunk = Buffer.alloc(64 * 1024)
    const sending = setInterval(() => socket.writable && socket.write(chunk), 20)
    const answer = await readAnswer(socket)
    expect([answer.status, codeOf(answer)]).toEqual([413, 'FILE_TOO_LARGE'])
    expect(await ended(socket)).toBe(true)
    clearInterval(sending)
    expect(socket.bytesWritten).toBeLessThan(20 * MIB)
  })

  it.concurrent('an upload may take longer than other requests, as long as it makes progress', async () => {
    const { body, contentType } = multipart([filePart(await sampleJpeg({ width: 640, height: 480 }))])
    const socket = await openSocket(impatient.port)
    socket.write(
      head(['POST /api/v1/tasks HTTP/1.1', host, `Content-Type: ${contentType}`, `Content-Length: ${body.length}`]),
    )
    const startedAt = Date.now()
    const piece = Math.ceil(body.length / 30)
    let sent = 0
    const sending = setInterval(() => socket.write(body.subarray(sent, (sent += piece))), 100)
    const answer = await readAnswer(socket)
    clearInterval(sending)
    expect(answer.status).toBe(202)
    expect(Date.now() - startedAt).toBeGreaterThan(2 * 1000)
    socket.destroy()
  })

  it.concurrent('an upload of an occasional byte counts as stalled', async () => {
    const socket = await openSocket(impatient.port)
    socket.write(
      head([
        'POST /api/v1/tasks HTTP/1.1',
        host,
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 100000',
      ]) + begun,
    )
    const dripping = setInterval(() => socket.writable && socket.write('x'), 50)
    const answer = await readAnswer(socket)
    clearInterval(dripping)
    expect([answer.status, codeOf(answer)]).toEqual([408, 'REQUEST_TIMEOUT'])
    expect((answer.body as { detail: string }).detail).toBe(
      'The upload has made no progress for 1 s. An upload may be slow, but must not stall. Nothing was stored; send it again.',
    )
    expect(await ended(socket)).toBe(true)
  })

  it.concurrent('any other request whose body is late ends with 408, even if it makes progress', async () => {
    const socket = await openSocket(impatient.port)
    const path = `/api/v1/tasks/${'0'.repeat(24)}`
    socket.write(head([`PATCH ${path} HTTP/1.1`, host, 'Content-Type: application/json', 'Content-Length: 90000']))
    const chunk = ' '.repeat(2000)
    const sending = setInterval(() => socket.writable && socket.write(chunk), 100)
    const answer = await readAnswer(socket)
    clearInterval(sending)
    expect([answer.status, codeOf(answer)]).toEqual([408, 'REQUEST_TIMEOUT'])
    expect(await ended(socket)).toBe(true)
  })

  it.concurrent('an upload that stops half-way ends with 408 and leaves nothing behind, even if the client stays connected', async () => {
    const socket = await openSocket(impatient.port)
    socket.write(
      head([
        'POST /api/v1/tasks HTTP/1.1',
        host,
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 100000',
      ]) + begun,
    )
    await until(async () => (await impatient.temporaryFiles()).length === 1, { what: 'an upload that has begun' })
    const answer = await readAnswer(socket)
    expect([answer.status, codeOf(answer)]).toEqual([408, 'REQUEST_TIMEOUT'])
    await until(async () => (await impatient.temporaryFiles()).length === 0, { what: 'nothing left of it' })
    expect(await ended(socket)).toBe(true)
  })
})

it('a running upload is finished and answered during shutdown', async () => {
  const closing = await startTestApi()
  const { body, contentType } = multipart([filePart(await sampleJpeg({ width: 64, height: 48 }))])
  const socket = await openSocket(closing.port)
  socket.write(
    head(['POST /api/v1/tasks HTTP/1.1', host, `Content-Type: ${contentType}`, `Content-Length: ${body.length}`]),
  )
  socket.write(body.subarray(0, 1000))
  await until(async () => (await closing.temporaryFiles()).length === 1, { what: 'an upload that has begun' })
  const stopped = closing.stop()
  await until(
    () =>
      openSocket(closing.port).then(
        (other) => (other.destroy(), false),
        () => true,
      ),
    { what: 'a closed port' },
  )
  socket.write(body.subarray(1000))
  const answer = await readAnswer(socket)
  expect([answer.status, answer.headers.connection]).toEqual([202, 'close'])
  await stopped
  socket.destroy()
})
