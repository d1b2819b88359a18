import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createOutgoing, OutgoingRefusal, readStart, type Resolve } from './index.ts'
import { parseNetworks } from './networks.ts'

/** Stands in for a public address; everything else on this machine is private. */
const PUBLIC = '127.0.0.1'
const VICTIM = '127.0.0.2'

const seen: string[] = []
let servers: Server[]
let port: number

beforeAll(async () => {
  const answer: Parameters<typeof createServer>[1] = (req, res) => {
    seen.push(`${req.socket.localAddress} ${req.method} ${req.url}`)
    const to = new URL(req.url ?? '/', 'http://any').searchParams.get('to')
    if (to !== null) res.writeHead(302, { Location: to }).end()
    else res.end(`from ${req.socket.localAddress}`)
  }
  const listen = (address: string, at = 0): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer(answer).listen(at, address, () => resolve(server))
    })
  const first = await listen(PUBLIC)
  port = (first.address() as AddressInfo).port
  servers = [first, await listen(VICTIM, port)]
})
afterAll(() => servers.forEach((server) => server.close()))
beforeEach(() => void seen.splice(0))

const NAMES: Record<string, readonly string[]> = {
  'public.example': [PUBLIC],
  'private.example': [VICTIM],
  'mixed.example': [PUBLIC, VICTIM],
  'mapped.example': ['::ffff:127.0.0.2'],
  'metadata.example': ['169.254.169.254'],
  'odd.example': ['2130706434'],
}
const resolve: Resolve = async (host) => {
  const found = NAMES[host]
  if (!found) throw new Error(`no address of ${host}`)
  return found
}
const allowed = parseNetworks(PUBLIC) ?? []
const open = (options = {}) => createOutgoing({ allowed, resolve, ...options })
const signal = (): AbortSignal => AbortSignal.timeout(10_000)

/** What happens to a GET and a POST of this URL: an answer, or the reason of the refusal. */
async function outcomesOf(url: string, outgoing = open()): Promise<string[]> {
  const sent = [
    outgoing.get(url, { redirects: 3, signal: signal() }),
    outgoing.post(url, { body: '{}', signal: signal() }),
  ].map(async (answer) => {
    const { status, body } = await answer
    return `${status} ${(await readStart(body, 100)).toString()}`
  })
  const settled = await Promise.allSettled(sent)
  await outgoing.close()
  return settled.map((one) =>
    one.status === 'fulfilled'
      ? one.value
      : one.reason instanceof OutgoingRefusal
        ? one.reason.reason
        : String(one.reason),
  )
}

const ATTEMPTS: [url: string, reason: string][] = [
  ['http://127.0.0.2:PORT/', 'NOT_PUBLIC'],
  ['http://private.example:PORT/', 'NOT_PUBLIC'],
  ['http://mixed.example:PORT/', 'NOT_PUBLIC'],
  ['http://mapped.example:PORT/', 'NOT_PUBLIC'],
  ['http://metadata.example/latest/meta-data/', 'NOT_PUBLIC'],
  ['http://odd.example:PORT/', 'NOT_PUBLIC'],
  ['http://169.254.169.254/latest/meta-data/', 'NOT_PUBLIC'],
  ['http://168.63.129.16/machine?comp=goalstate', 'NOT_PUBLIC'],
  ['http://10.1.2.3/', 'NOT_PUBLIC'],
  ['http://172.16.0.1/', 'NOT_PUBLIC'],
  ['http://192.168.1.1/', 'NOT_PUBLIC'],
  ['http://100.64.0.1/', 'NOT_PUBLIC'],
  ['http://198.18.0.1/', 'NOT_PUBLIC'],
  ['http://192.0.0.1/', 'NOT_PUBLIC'],
  ['http://224.0.0.1/', 'NOT_PUBLIC'],
  ['http://255.255.255.255/', 'NOT_PUBLIC'],
  ['http://0.0.0.0:PORT/', 'NOT_PUBLIC'],
  ['http://[::1]:PORT/', 'NOT_PUBLIC'],
  ['http://[::]:PORT/', 'NOT_PUBLIC'],
  ['http://[::ffff:127.0.0.2]:PORT/', 'NOT_PUBLIC'],
  ['http://[::ffff:7f00:2]:PORT/', 'NOT_PUBLIC'],
  ['http://[::127.0.0.2]:PORT/', 'NOT_PUBLIC'],
  ['http://[fe80::1]/', 'NOT_PUBLIC'],
  ['http://[fd00::1]/', 'NOT_PUBLIC'],
  ['http://[fec0::1]/', 'NOT_PUBLIC'],
  ['http://[ff02::1]/', 'NOT_PUBLIC'],
  ['http://[64:ff9b::7f00:2]/', 'NOT_PUBLIC'],
  ['http://[64:ff9b:1::7f00:2]/', 'NOT_PUBLIC'],
  ['http://[2002:7f00:2::]/', 'NOT_PUBLIC'],
  ['http://[2001:0:7f00:2::]/', 'NOT_PUBLIC'],
  ['http://[2001:db8::1]/', 'NOT_PUBLIC'],
  ['http://2130706434:PORT/', 'HOST_FORM'],
  ['http://0x7f.2:PORT/', 'HOST_FORM'],
  ['http://0x7f000002:PORT/', 'HOST_FORM'],
  ['http://0177.0.0.2:PORT/', 'HOST_FORM'],
  ['http://127.2:PORT/', 'HOST_FORM'],
  ['http://１２７.0.0.2:PORT/', 'HOST_FORM'],
  ['http:\\\\0x7f.2:PORT/', 'HOST_FORM'],
  ['http://134744072/', 'HOST_FORM'],
  ['http://user@public.example:PORT/', 'CREDENTIALS'],
  ['http://user:password@public.example:PORT/', 'CREDENTIALS'],
  ['http://public.example:PORT@private.example:PORT/', 'CREDENTIALS'],
  ['http://public.example:25/', 'PORT'],
  ['http://public.example:0/', 'PORT'],
  ['http://public.example:1023/', 'PORT'],
  ['ftp://public.example/', 'SCHEME'],
  ['file:///etc/passwd', 'SCHEME'],
  ['data:,text', 'SCHEME'],
  ['/relative', 'INVALID_URL'],
  ['http://', 'INVALID_URL'],
  ['http://[fe80::1%25eth0]/', 'INVALID_URL'],
  ['http://999.0.0.1/', 'INVALID_URL'],
]

it.each(ATTEMPTS)('%s is refused: %s', async (pattern, reason) => {
  expect(await outcomesOf(pattern.replaceAll('PORT', String(port)))).toEqual([reason, reason])
  expect(seen).toEqual([])
})

// A header cannot contain other characters.
it.each(ATTEMPTS.filter(([url, reason]) => reason !== 'INVALID_URL' && /^[!-~]+$/.test(url)))(
  'a redirect to %s is refused: %s',
  async (pattern, reason) => {
    const to = encodeURIComponent(pattern.replaceAll('PORT', String(port)))
    const [followed, posted] = await outcomesOf(`http://public.example:${port}/?to=${to}`)
    expect([followed, posted]).toEqual([reason, expect.stringMatching(/^302/)])
    expect(seen.filter((request) => request.startsWith(VICTIM))).toEqual([])
  },
)

it('a public address is reached by name and directly, and in an allowed network', async () => {
  for (const url of [`http://public.example:${port}/`, `http://${PUBLIC}:${port}/`])
    expect(await outcomesOf(url)).toEqual([`200 from ${PUBLIC}`, `200 from ${PUBLIC}`])
  const own = open({ allowed: parseNetworks('127.0.0.0/8') })
  expect(await outcomesOf(`http://private.example:${port}/`, own)).toEqual([`200 from ${VICTIM}`, `200 from ${VICTIM}`])
})

it('a name that changes its address after the check is not followed there', async () => {
  const answers = [[PUBLIC], [VICTIM], [VICTIM]]
  let asked = 0
  const outgoing = open({ resolve: async () => answers[asked++] ?? [] })
  const first = await outgoing.get(`http://rebinding.example:${port}/`, { redirects: 0, signal: signal() })
  expect((await readStart(first.body, 100)).toString()).toBe(`from ${PUBLIC}`)
  expect(asked).toBe(1)
  await outgoing.close()
  const again = open({ resolve: async () => answers[asked++] ?? [] })
  await expect(again.get(`http://rebinding.example:${port}/`, { redirects: 0, signal: signal() })).rejects.toThrow(
    'The host has no public address; whoever runs Darkroom can allow it with ALLOW_PRIVATE_ADDRESSES.',
  )
  await again.close()
  expect(seen).toEqual([`${PUBLIC} GET /`])
})

it('redirects are followed as often as allowed, and relative ones too', async () => {
  const outgoing = open()
  const twice = `http://public.example:${port}/?to=${encodeURIComponent('/a?to=/b')}`
  const { url, body } = await outgoing.get(twice, { redirects: 2, signal: signal() })
  expect([url.pathname, (await readStart(body, 4)).toString()]).toEqual(['/b', 'from'])
  await expect(outgoing.get(twice, { redirects: 1, signal: signal() })).rejects.toMatchObject({ reason: 'REDIRECTS' })
  await outgoing.close()
})

it('an endless body is read only as far as wanted, and a silent server only until the signal', async () => {
  const server = createServer((req, res) => {
    if (req.url === '/silent') return
    const timer = setInterval(() => res.write(Buffer.alloc(10_000)), 1)
    res.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => server.listen(0, PUBLIC, resolve))
  const own = (server.address() as AddressInfo).port
  const outgoing = open()
  const { body } = await outgoing.get(`http://${PUBLIC}:${own}/endless`, { redirects: 0, signal: signal() })
  expect(await readStart(body, 25_000)).toHaveLength(25_000)
  const silent = outgoing.get(`http://${PUBLIC}:${own}/silent`, { redirects: 0, signal: AbortSignal.timeout(100) })
  await expect(silent).rejects.toMatchObject({ name: 'TimeoutError' })
  await outgoing.close()
  server.closeAllConnections()
  server.close()
})

it.each(['10.0.0.0/8', '192.168.1.20,fd00::/8', ' 10.0.0.1 , ', ''])('%j is a list of networks', (text) => {
  expect(parseNetworks(text)).toBeDefined()
})

it.each(['10', 'example.com', '10.0.0.0/40', '0x7f.1', '10.0.0.0/8;fd00::/8'])('%j is not', (text) => {
  expect(parseNetworks(text)).toBeUndefined()
})
