// Against a real issuer, which signs with keys that the test knows.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { problem, SCOPES } from '@darkroom/contracts'
import { freePort } from '@darkroom/local-services'
import { exportJWK, SignJWT } from 'jose'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'

const AUDIENCE = 'https://photos.example.com'
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const server = createServer()
let issuer: string
let api: TestApi

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const answer = createIssuer(issuer, await jwkOf(own.privateKey)).callback()
  server.on('request', (req, res) => void answer(req, res))
  api = await startTestApi({ AUTH: 'keys', OIDC_ISSUER: issuer, OIDC_AUDIENCE: AUDIENCE })
})
afterAll(async () => {
  await api.stop()
  await new Promise((resolve) => server.close(resolve))
})

const jwkOf = async (key: KeyObject) => ({ ...(await exportJWK(key)), kid: 'signing', alg: 'RS256', use: 'sig' })

function createIssuer(url: string, jwk: Awaited<ReturnType<typeof jwkOf>>): Provider {
  return new Provider(url, {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: 'shop',
        client_secret: 'of the shop',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    scopes: [...SCOPES],
    extraTokenClaims: () => ({ tenant: 'shop' }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: SCOPES.join(' '),
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
        }),
      },
    },
  })
}

async function issuedToken(scope: string): Promise<string> {
  const headers = { authorization: `Basic ${btoa(`shop:${encodeURIComponent('of the shop')}`)}` }
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope })
  const answer = await fetch(`${issuer}/token`, { method: 'POST', headers, body })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  expect(token.split('.')).toHaveLength(3)
  return token
}

/** A token like those of the issuer, but for what a test changes. */
function forged(
  claims: object = {},
  { key = own.privateKey as KeyObject | Uint8Array, alg = 'RS256', exp = '5m' } = {},
) {
  return new SignJWT({ tenant: 'shop', scope: 'tasks:read', iss: issuer, aud: AUDIENCE, ...claims })
    .setProtectedHeader({ alg, kid: 'signing' })
    .setIssuedAt()
    .setExpirationTime(exp)
    .sign(key)
}

async function ask(token: string, path = '/api/v1/tasks', at = api) {
  const { status, body } = await at.request(path, { headers: { authorization: `Bearer ${token}` } })
  return status === 200 ? [status] : [status, problem.parse(body).code]
}

it('a token of the issuer has its tenant and its scopes', async () => {
  const token = await issuedToken('tasks:read')
  expect(await ask(token)).toEqual([200])
  expect(await ask(token, '/api/v1/queues')).toEqual([403, 'SCOPE_MISSING'])
  const { key } = (
    await api.request('/api/v1/keys', {
      method: 'POST',
      headers: { authorization: `Bearer ${await issuedToken('keys:admin')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'made by a person', scopes: ['keys:admin'] }),
    })
  ).body as { key: string }
  const { body } = await api.request('/api/v1/keys', { headers: { authorization: `Bearer ${key}` } })
  expect((body as { items: { tenant: string }[] }).items.map(({ tenant }) => tenant)).toEqual(['shop'])
})

it('scopes may be a list, and those of other services are ignored', async () => {
  expect(await ask(await forged({ scope: ['email', 'tasks:read'] }))).toEqual([200])
  expect(await ask(await forged({ scope: 'openid' }))).toEqual([403, 'SCOPE_MISSING'])
})

it('a clock may differ by half a minute', async () => {
  const seconds = Math.floor(Date.now() / 1000)
  expect(await ask(await forged({ nbf: seconds + 15 }))).toEqual([200])
})

it('the requests with all tokens of one subject are limited together, like those with a key', async () => {
  const strict = await startTestApi({
    ...{ AUTH: 'keys', OIDC_ISSUER: issuer, OIDC_AUDIENCE: AUDIENCE },
    REQUESTS_PER_KEY: '2',
  })
  const askAs = async (sub: string) => ask(await forged({ sub, jti: crypto.randomUUID() }), '/api/v1/tasks', strict)
  expect([await askAs('ana'), await askAs('ana')]).toEqual([[200], [200]])
  expect(await askAs('ana')).toEqual([429, 'RATE_LIMITED'])
  expect(await askAs('ben')).toEqual([200])
  await strict.stop()
})

describe('refused is a token', () => {
  it.each<[string, () => Promise<string>]>([
    ['of another issuer', () => forged({ iss: 'https://evil.example' })],
    ['for another audience', () => forged({ aud: 'https://other.example' })],
    ['that has expired', () => forged({}, { exp: '-2m' })],
    ['that is not valid yet', () => forged({ nbf: Math.floor(Date.now() / 1000) + 300 })],
    ['without a tenant', () => forged({ tenant: undefined })],
    ['with an impossible tenant', () => forged({ tenant: '../shop' })],
    ['signed with another key', () => forged({}, { key: foreign.privateKey })],
    ['signed with the public key as a secret', () => forged({}, { alg: 'HS256', key: publicKeyAsSecret() })],
    ['that is not signed', async () => `${toPart({ alg: 'none' })}.${(await forged()).split('.')[1]}.AA`],
    ['whose claims were changed', async () => changed(await forged())],
  ])('%s', async (_what, make) => expect(await ask(await make())).toEqual([401, 'KEY_REQUIRED']))
})

const toPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const publicKeyAsSecret = (): Uint8Array => new Uint8Array(own.publicKey.export({ type: 'spki', format: 'der' }))

function changed(token: string): string {
  const [head, claims = '', signature] = token.split('.')
  const read = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object
  return [head, toPart({ ...read, tenant: 'default' }), signature].join('.')
}

it('while the issuer is away, tokens cannot be verified, and keys still work', async () => {
  const away = await startTestApi({
    AUTH: 'keys',
    OIDC_ISSUER: `http://127.0.0.1:${await freePort()}`,
    OIDC_AUDIENCE: AUDIENCE,
  })
  expect(await ask(await forged(), '/api/v1/tasks', away)).toEqual([503, 'ISSUER_UNAVAILABLE'])
  expect(await ask('the-token-of-the-operators-of-tests', '/api/v1/tasks', away)).toEqual([200])
  await away.stop()
})
