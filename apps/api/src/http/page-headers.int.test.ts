import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR, startTestApi, type TestApi } from '../../test/start-test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ AUTH: 'keys' })
})
afterAll(() => api.stop())

const PAGES = ['/docs', '/admin/login', '/admin/sign-in?code=x', '/admin/queues']

it.each(PAGES)('%s can neither be framed nor read by others', async (path) => {
  const { headers } = await api
    .agent()
    .get(path)
    .set({ ...OPERATOR, accept: 'text/html' })
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    'content-type': expect.stringContaining('text/html'),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
})

describe('a stranger', () => {
  it.each(['/', '/docs', '/health', '/api/v1/tasks', '/none', '/admin/queues', '/d/k.x', '/metrics'])(
    'does not learn at %s what the service runs on',
    async (path) => {
      const { headers } = await api.agent().get(path)
      expect(Object.keys(headers).filter((name) => /server|powered|version/.test(name))).toEqual([])
      expect(Object.values(headers).filter((value) => /\d+\.\d+\.\d+|express|node/i.test(String(value)))).toEqual([])
    },
  )

  it('is asked for a key in the same words everywhere', async () => {
    const asked = ['/api/v1/tasks', '/api/v1/keys', '/metrics', '/admin/queues', '/api/v1/tasks/none/download']
    const answers = await Promise.all(asked.map((path) => api.agent().get(path).accept('application/json')))
    const details = answers.map(({ body }) => (body as { detail: string }).detail)
    expect(new Set(details).size).toBe(1)
    for (const { status, headers } of answers) {
      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="darkroom"'])
      expect(headers['cache-control']).toBe('no-store')
    }
  })
})
