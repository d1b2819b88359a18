import { afterEach, expect, it, vi } from 'vitest'
import { isForNow, isUnreachable, request } from './request.ts'

afterEach(() => vi.unstubAllGlobals())

/** What becomes of a request that is answered like this. */
async function outcomeOf(status: number, type: string, body: string, path = '/tasks') {
  vi.stubGlobal('fetch', async () => new Response(body, { status, headers: { 'content-type': type } }))
  return request(path).catch((error: unknown) =>
    isUnreachable(error) ? 'unreachable' : `${String(error)}${isForNow(error) ? ' for now' : ''}`,
  )
}

const JSON_TYPE = 'application/json'
const PROBLEM = 'application/problem+json'
const refusal = JSON.stringify({ code: 'SOME_CODE', detail: 'The reason.' })

it('takes what a proxy answers in place of the API for no answer', async () => {
  expect(await outcomeOf(200, 'text/html', '<h1>Sign in to this network</h1>')).toBe('unreachable')
  expect(await outcomeOf(502, 'text/html', '<h1>Bad gateway</h1>')).toBe('unreachable')
  expect(await outcomeOf(504, JSON_TYPE, '{"message":"Timed out"}')).toBe('unreachable')
  expect(await outcomeOf(503, JSON_TYPE, '{"message":"Away"}', '/health')).toBe('unreachable')
  expect(await outcomeOf(500, '', '')).toBe('unreachable')
})

it('takes 503 for an answer of the health alone', async () => {
  const health = { status: 'down', services: { redis: false } }
  expect(await outcomeOf(503, JSON_TYPE, JSON.stringify(health), '/health')).toEqual(health)
  expect(await outcomeOf(503, JSON_TYPE, JSON.stringify(health), '/stats')).toBe('unreachable')
})

it('says why the API or a proxy refused, and whether only for now', async () => {
  expect(await outcomeOf(404, PROBLEM, refusal)).toBe('ProblemError: The reason.')
  expect(await outcomeOf(503, PROBLEM, refusal)).toBe('ProblemError: The reason. for now')
  expect(await outcomeOf(413, 'text/html', '<h1>Too large</h1>')).toBe(
    'ProblemError: The server answered with status 413.',
  )
})

it('returns what was answered, if anything', async () => {
  expect(await outcomeOf(200, JSON_TYPE, '{"total":1}')).toEqual({ total: 1 })
  expect(await outcomeOf(200, JSON_TYPE, '')).toBeUndefined()
})
