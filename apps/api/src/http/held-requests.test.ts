import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Response } from 'express'
import { expect, it } from 'vitest'
import { CallerWatch } from './caller-watch.ts'
import { HeldRequests } from './held-requests.ts'
import { rememberCaller } from './tenant-of.ts'

const HOUR_MS = 3_600_000
const newResponse = (): Response => {
  const res = new ServerResponse(new IncomingMessage(new Socket())) as unknown as Response
  rememberCaller(res.req, { tenant: 'default', scopes: [] })
  return res
}
const watch = new CallerWatch(() => Promise.resolve(true))
const held = new HeldRequests({ total: 10, each: 1, perAddress: 10 }, watch)

it('a request is held until it is closed, and then frees its place', async () => {
  const res = newResponse()
  const signal = held.hold(res, 'a task', HOUR_MS)
  expect(() => held.hold(newResponse(), 'a task', HOUR_MS)).toThrow(/which is the maximum/)
  res.destroy()
  await once(res, 'close')
  expect([signal.aborted, held.size]).toEqual([true, 0])
  held.hold(newResponse(), 'a task', 1)
})

it('a request whose client has already left is not held', async () => {
  const res = newResponse()
  res.destroy()
  await once(res, 'close')
  const before = held.size
  expect([held.hold(res, 'another task', HOUR_MS).aborted, held.size]).toEqual([true, before])
  expect(() => held.hold(newResponse(), 'another task', 1)).not.toThrow()
})
