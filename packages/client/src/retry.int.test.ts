import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDarkroom } from './darkroom.ts'

const server = createServer((req, res) => {
  // Both never end.
  if (req.url?.endsWith('/download')) res.write('the first bytes')
}).listen(0, '127.0.0.1')
let url: string
let collectGarbage: () => void
beforeAll(async () => {
  if (!server.listening) await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  setFlagsFromString('--expose-gc')
  collectGarbage = runInNewContext('gc') as () => void
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const turn = () => new Promise((resolve) => setImmediate(resolve))

async function abortLater(abort: AbortController): Promise<void> {
  for (let at = 0; at < 3; at++) {
    await turn()
    collectGarbage()
  }
  abort.abort()
}

it('can be aborted however long it waits for a response', async () => {
  const abort = new AbortController()
  const waiting = createDarkroom({ url }).get('1', { signal: abort.signal })
  await Promise.all([once(server, 'request'), expect(waiting).rejects.toThrow('aborted'), abortLater(abort)])
})

it('can be aborted however long it reads a response', async () => {
  const abort = new AbortController()
  const { body } = await createDarkroom({ url }).download('1', {}, { signal: abort.signal })
  const reader = body!.getReader()
  await reader.read()
  await Promise.all([expect(reader.read()).rejects.toThrow('aborted'), abortLater(abort)])
})
