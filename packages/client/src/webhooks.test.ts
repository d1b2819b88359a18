import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { verify, WebhookError } from './webhooks.ts'

const SECRET = `whsec_${Buffer.from('a secret of 24 bytes, ok').toString('base64')}`
const OTHER = `whsec_${Buffer.from('another of 24 bytes, yes').toString('base64')}`
const BODY = JSON.stringify({ type: 'task.completed', data: { name: 'plage à midi.jpg' } })
const ID = 'msg_1'

const now = (): string => String(Math.floor(Date.now() / 1000))

function signed({ secret = SECRET, timestamp = now(), body = BODY } = {}): Record<string, string> {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${ID}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': ID, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

it('returns what was signed, given as text or bytes, with headers of any form', async () => {
  const expected = JSON.parse(BODY) as unknown
  expect(await verify(BODY, signed(), SECRET)).toEqual(expected)
  expect(await verify(Buffer.from(BODY), new Headers(signed()), SECRET)).toEqual(expected)
})

it('accepts any of several secrets and signatures, as there are while a secret is being replaced', async () => {
  expect(await verify(BODY, signed({ secret: OTHER }), SECRET, OTHER)).toBeTruthy()
  const both = `v1a,AAAA ${signed()['webhook-signature']} ${signed({ secret: OTHER })['webhook-signature']}`
  expect(await verify(BODY, { ...signed(), 'webhook-signature': both }, OTHER)).toBeTruthy()
})

it.each([
  ['another body', `${BODY} `, signed(), /does not match/],
  ['another secret', BODY, signed({ secret: OTHER }), /does not match/],
  ['another id', BODY, { ...signed(), 'webhook-id': 'msg_2' }, /does not match/],
  ['no signature of a known form', BODY, { ...signed(), 'webhook-signature': 'v9,AAAA' }, /does not match/],
  ['a signature that is not base64', BODY, { ...signed(), 'webhook-signature': 'v1,?' }, /base64/],
  ['an old timestamp', BODY, signed({ timestamp: String(Number(now()) - 400) }), /five minutes/],
  ['a timestamp in the future', BODY, signed({ timestamp: String(Number(now()) + 400) }), /five minutes/],
  ['a timestamp that is no number', BODY, signed({ timestamp: 'now' }), /five minutes/],
  ['no headers', BODY, {}, /webhook-id is missing/],
])('refuses %s', async (_what, body, headers, message) => {
  const refused = verify(body, headers, SECRET)
  await expect(refused).rejects.toThrow(WebhookError)
  await expect(refused).rejects.toThrow(message)
})
