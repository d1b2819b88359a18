// A plain TCP load balancer in front of two APIs: if one does not accept the connection, it tries
// the next one.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Balancer {
  url: string
  close: () => Promise<void>
}

export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    open.add(client.once('close', () => open.delete(client)))
    client.on('error', () => {})
    const first = turn++
    join(
      client,
      ports.map((_, index) => ports[(first + index) % ports.length] ?? 0),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Nothing has been read from the client yet, so another backend can still be tried. */
function join(client: Socket, [port, ...others]: number[]): void {
  if (port === undefined) return void client.destroy()
  const backend = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const tryNext = (): void => join(client, others)
  backend.once('error', tryNext)
  backend.once('connect', () => {
    backend.off('error', tryNext)
    backend.on('error', () => client.destroy())
    client.on('close', () => backend.destroy())
    backend.on('close', () => client.destroy())
    client.pipe(backend).pipe(client)
    client.resume()
  })
}
