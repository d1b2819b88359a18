import { expect, it } from 'vitest'
import { DarkroomError } from './darkroom-error.ts'
import { pause, withRetries } from './retry.ts'

const URL = 'http://127.0.0.1:1/api/v1/tasks'
const busy = (status = 503): Response => new Response('', { status, headers: { 'retry-after': '0' } })

/** Answers in this order, and with the last one from then on. */
function sending(...answers: (Response | Error)[]) {
  const sent: Request[] = []
  const send = async (request: Request): Promise<Response> => {
    sent.push(request)
    await request.arrayBuffer()
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer instanceof Response) return answer
    throw answer ?? new Error('nothing was sent')
  }
  return { sent, send }
}

const post = (headers = {}): Request => new Request(URL, { method: 'POST', body: '{}', headers })
const keyed = (): Request => post({ 'idempotency-key': 'k1' })

it.each([408, 429, 502, 503, 504])('repeats a request that changes nothing after %i', async (status) => {
  const { sent, send } = sending(busy(status), new Response('done'))
  const response = await withRetries(send, 3)(new Request(URL))
  expect([await response.text(), sent.length]).toEqual(['done', 2])
})

it('repeats a change with its body and key, also while its first request is in progress', async () => {
  const { sent, send } = sending(new TypeError('reset'), busy(409), new Response('done'))
  expect(await (await withRetries(send, 3)(keyed())).text()).toBe('done')
  expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['k1', 'k1', 'k1'])
})

it('does not repeat a change without a key', async () => {
  const { sent, send } = sending(busy())
  expect((await withRetries(send, 3)(post())).status).toBe(503)
  expect(sent).toHaveLength(1)
})

it.each([400, 404, 409, 422, 500, 507])('does not repeat a request after %i', async (status) => {
  const { sent, send } = sending(busy(status))
  expect((await withRetries(send, 3)(new Request(URL))).status).toBe(status)
  expect(sent).toHaveLength(1)
})

it('does not wait longer than a minute, and not at all for a quota', async () => {
  const later = new Response('later', { status: 503, headers: { 'retry-after': '61' } })
  const quota = new Response('"QUOTA_EXCEEDED"', { status: 429, headers: { 'retry-after': '0' } })
  for (const answer of [later, quota]) {
    const { sent, send } = sending(answer)
    const { status, body } = await withRetries(send, 3)(keyed())
    expect([status, body?.locked, sent.length]).toEqual([answer.status, false, 1])
  }
})

it('gives up after its last try, and says what could not be reached', async () => {
  const { sent, send } = sending(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))
  const error: unknown = await withRetries(send, 1)(new Request(URL)).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(DarkroomError)
  expect(error).toMatchObject({
    code: 'UNREACHABLE',
    message: 'http://127.0.0.1:1 cannot be reached: connect ECONNREFUSED',
  })
  expect(sent).toHaveLength(2)
})

it('can be aborted while it waits', async () => {
  const abort = new AbortController()
  const { send } = sending(new Response('', { status: 503, headers: { 'retry-after': '60' } }))
  const waiting = withRetries(send, 3)(new Request(URL, { signal: abort.signal }))
  abort.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(pause(3_600_000, abort.signal)).rejects.toThrow('enough')
})
