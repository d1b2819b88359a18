import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectRedis } from '@darkroom/runtime'
import { uniqueName } from '@darkroom/testing'
import express from 'express'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { forgetKeys, openRedis, testLog } from '../../test/start-test-api.ts'
import { toAppError } from '../to-app-error.ts'
import { createLimitRequests } from './limit-requests.ts'
import { problemHandler } from './problem.ts'

const LIMIT = 5
const prefix = `${uniqueName('rates')}:`
let redis: Redis
const servers: Server[] = []

beforeAll(async () => {
  redis = await openRedis()
})
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections()
  await forgetKeys(redis, `${prefix}*`)
  redis.disconnect()
})

/** An API process that limits what it is sent by `?from`. */
async function startProcess({ of = 'key' as const, on = redis, log = testLog } = {}): Promise<string> {
  const app = express()
  const subjectOf = (req: express.Request) => new URL(req.url, 'http://test').searchParams.get('from') ?? undefined
  app.use(createLimitRequests({ redis: on, prefix, log })({ perMinute: LIMIT, of, subjectOf }))
  app.get('/', (_req, res) => void res.json({}))
  app.use(problemHandler(log, toAppError))
  const server = createServer(app).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const statusesOf = async (url: string, times: number): Promise<number[]> => {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) statuses.push((await fetch(url)).status)
  return statuses
}

it('requests beyond the limit are refused by every process, and told when to come back', async () => {
  const [one, two] = [await startProcess(), await startProcess()]
  const first = await fetch(`${one}/?from=shop`)
  expect(first.headers.get('ratelimit')).toMatch(/^"key"; r=4; t=(59|60)$/)
  expect(first.headers.get('ratelimit-policy')).toMatch(/^"key"; q=5; w=60; pk=:[\w=]+:$/)
  expect(await statusesOf(`${two}/?from=shop`, 4)).toEqual([200, 200, 200, 200])
  // As after a restart of Redis, which forgets scripts.
  await redis.script('FLUSH')
  for (const url of [one, two]) {
    const refused = await fetch(`${url}/?from=shop`)
    expect(refused.headers.get('ratelimit')).toMatch(/^"key"; r=0; t=\d+$/)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { code: 'RATE_LIMITED', detail: 'At most 5 requests a minute are accepted with one key.' },
    ])
  }
  expect(await statusesOf(`${one}/?from=lab`, 1)).toEqual([200])
  expect(await statusesOf(`${one}/`, LIMIT + 1)).not.toContain(429)
})

it('no request is refused while Redis is unreachable, which is logged once, also if it never was reachable', async () => {
  const log = testLog.child({})
  const warn = vi.spyOn(log, 'warn')
  const nowhere = connectRedis('redis://127.0.0.1:1', 'cache', testLog)
  const url = `${await startProcess({ on: nowhere, log })}/?from=shop`
  expect(await statusesOf(url, LIMIT + 2)).toEqual(Array.from({ length: LIMIT + 2 }, () => 200))
  expect(warn.mock.calls).toEqual([[expect.anything(), 'requests cannot be counted: rates are not limited']])
  nowhere.disconnect()
})
