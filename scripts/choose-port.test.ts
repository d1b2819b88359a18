import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { choosePort } from './choose-port.ts'

const HOST = '127.0.0.1'

test('the requested port, or any free one for 0', async () => {
  const found = await choosePort('0', HOST)
  expect(found).toBeGreaterThan(0)
  expect(await choosePort(String(found), HOST)).toBe(found)
})

test('a port that is in use, or none, is refused with a reason', async () => {
  const server = createServer().listen(0, HOST)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(choosePort(String(port), HOST)).rejects.toThrow(`Port ${port} is in use`)
  for (const wrong of ['web', '-1', '65536', '1.5'])
    await expect(choosePort(wrong, HOST)).rejects.toThrow(`"${wrong}" is not a port`)
})
