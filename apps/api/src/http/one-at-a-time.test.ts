import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { until } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

it('a connection on which ever more requests wait is ended; others are served', async () => {
  const served: string[] = []
  let arrived = 0
  const server = createServer(
    oneAtATime(({ url = '' }, res) => {
      served.push(url)
      if (url !== '/held') res.end()
    }),
  ).on('request', () => (arrived += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const socket = connect(port, '127.0.0.1').on('error', () => {})
  const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`
  socket.write(ask('/held') + ask('/waiting').repeat(50_000))
  await until(() => socket.destroyed, { what: 'the end of the connection' })
  expect(served).toEqual(['/held'])
  // What is read at once may be parsed to its end.
  expect(arrived).toBeLessThan(5000)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
  server.close()
})
