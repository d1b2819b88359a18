import { expect, it } from 'vitest'
import { z } from 'zod'
import { parseTrustProxy } from './trust-proxy.ts'

const setting = z.string().transform(parseTrustProxy)

it.each([
  ['none', false],
  ['2', 2],
  ['loopback', ['loopback']],
  ['10.0.0.7, 172.16.0.0/12,fd00::/8', ['10.0.0.7', '172.16.0.0/12', 'fd00::/8']],
])('%s', (text, trusted) => {
  expect(setting.parse(text)).toEqual(trusted)
})

it.each(['true', '*', '0', '10', '10.0.0', '10.0.0.7/33', 'proxy.example.com', 'loopback,'])(
  '%s is refused',
  (text) => {
    expect(setting.safeParse(text).error?.issues[0]?.message).toMatch(/^must be none, a number of proxies/)
  },
)
