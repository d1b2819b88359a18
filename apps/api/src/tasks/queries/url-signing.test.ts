import { describe, expect, it } from 'vitest'
import { createUrlSigner, type DownloadGrant, type Signature } from './url-signing.ts'

const old = { kid: 'old', secret: 'a'.repeat(32) }
const young = { kid: 'young', secret: 'b'.repeat(32) }
const grant: DownloadGrant = {
  tenant: 'default',
  taskId: '65d4'.padEnd(24, '0'),
  file: '1024',
  expires: 1_800_000_000,
}

it('verifies its own signatures, which need no escaping in a URL', () => {
  const signer = createUrlSigner([old])
  const signed = signer.sign(grant) as Signature
  expect(signed).toEqual({ kid: 'old', signature: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) })
  expect(signer.isSigned(grant, signed)).toBe(true)
})

it('signs with the first key and verifies with all, until one is removed', () => {
  const signed = createUrlSigner([old]).sign(grant) as Signature
  const rotated = createUrlSigner([young, old])
  expect(rotated.sign(grant)?.kid).toBe('young')
  expect(rotated.isSigned(grant, signed)).toBe(true)
  expect(createUrlSigner([young]).isSigned(grant, signed)).toBe(false)
  expect(rotated.isSigned(grant, { ...signed, kid: 'young' })).toBe(false)
})

describe('a signature is for', () => {
  const signer = createUrlSigner([old])
  const signed = signer.sign(grant) as Signature
  it.each<Partial<DownloadGrant>>([
    { taskId: '65d5'.padEnd(24, '0') },
    { tenant: 'other' },
    { file: '800' },
    { file: undefined },
    { expires: grant.expires + 1 },
  ])('one that differs by %j is invalid', (other) => {
    expect(signer.isSigned({ ...grant, ...other }, signed)).toBe(false)
  })
})

it.each(['', 'A', '!!!', 'A'.repeat(43), 'A'.repeat(10_000)])('%.20s is not a signature', (signature) => {
  expect(createUrlSigner([old]).isSigned(grant, { kid: 'old', signature })).toBe(false)
})

it('without a key nothing is signed and nothing is valid', () => {
  const signer = createUrlSigner([])
  expect(signer.sign(grant)).toBeUndefined()
  expect(signer.isSigned(grant, { kid: 'old', signature: 'A'.repeat(43) })).toBe(false)
})
