import { describe, expect, it } from 'vitest'
import { createUrlSigner, type DownloadGrant } from './url-signing.ts'

const old = { kid: 'old', secret: 'a'.repeat(32) }
const young = { kid: 'young', secret: 'b'.repeat(32) }
const grant: DownloadGrant = {
  tenant: 'default',
  taskId: '65d4'.padEnd(24, '0'),
  file: '1024',
  expires: 1_800_000_000,
}
const sign = (keys = [old], some = grant): string => createUrlSigner(keys).sign(some) ?? ''

it.each([grant, { ...grant, file: undefined }, { ...grant, tenant: 'a'.repeat(40), file: 'x'.repeat(80) }])(
  'verifies its own tokens, which need no escaping in a URL: %j',
  (some) => {
    const token = sign([old], some)
    expect(token).toMatch(/^old\.[\w-]+$/)
    expect(createUrlSigner([old]).verify(token)).toEqual(some)
  },
)

it('a token tells nothing about the task, and no two are alike', () => {
  const token = sign()
  expect(token).not.toContain(grant.taskId)
  expect(Buffer.from(token.slice(4), 'base64url').toString('latin1')).not.toContain(grant.taskId)
  expect(sign()).not.toBe(token)
})

it('signs with the first key and verifies with all, until one is removed', () => {
  const rotated = createUrlSigner([young, old])
  expect(rotated.sign(grant)).toMatch(/^young\./)
  expect(rotated.verify(sign())).toEqual(grant)
  expect(createUrlSigner([young]).verify(sign())).toBeUndefined()
  expect(rotated.verify(sign().replace('old', 'young'))).toBeUndefined()
  expect(createUrlSigner([{ ...young, kid: 'old' }]).verify(sign())).toBeUndefined()
})

describe('a modified token is invalid', () => {
  const signer = createUrlSigner([old])
  const bytes = Buffer.from(sign().slice(4), 'base64url')
  it.each(Array.from(bytes, (_byte, index) => index))('in byte %i', (index) => {
    const changed = Buffer.from(bytes)
    changed[index]! ^= 1
    expect(signer.verify(`old.${changed.toString('base64url')}`)).toBeUndefined()
    expect(signer.verify(`old.${bytes.subarray(0, index).toString('base64url')}`)).toBeUndefined()
  })
})

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

it.each(['1', '12', '123'])('a token has no other spelling: %s', (file) => {
  const token = sign([old], { ...grant, file })
  const others = Array.from(BASE64URL, (last) => [token + last, token.slice(0, -1) + last]).flat()
  for (const other of others.filter((text) => text !== token))
    expect(createUrlSigner([old]).verify(other)).toBeUndefined()
})

it.each(['', '.', 'old.', 'old.!!!', `old.${'A'.repeat(43)}`, `old.${'A'.repeat(10_000)}`, 'A'.repeat(100)])(
  '%.20s is not a token',
  (token) => expect(createUrlSigner([old]).verify(token)).toBeUndefined(),
)

it('without a key nothing is signed and nothing is valid', () => {
  const signer = createUrlSigner([])
  expect(signer.sign(grant)).toBeUndefined()
  expect(signer.verify(sign())).toBeUndefined()
})
