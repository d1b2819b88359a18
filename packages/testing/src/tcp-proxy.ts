import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>

/** Stands between a client and a server, so that a test can take the server away from this one client. */
export async function startTcpProxy(serverUrl: string) {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  const silent = new Set<Socket>()
  let forwardsReplies = true
  let forwardsRequests = true

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        silent.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (chunk) => forwardsRequests && !silent.has(client) && upstream.write(chunk))
    upstream.on('data', (chunk) => forwardsReplies && !silent.has(upstream) && client.write(chunk))
  })
  const listen = (at: number) => new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, '127.0.0.1', resolve))
  const cut = async (): Promise<void> => {
    const closed = server.listening && new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await listen(0)
  const { port: own } = server.address() as AddressInfo
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String(own)

  return {
    /** The server's URL by way of this proxy. */
    url: url.href,
    /** Breaks every connection and refuses new ones. */
    cut,
    restore: async (): Promise<void> => {
      forwardsReplies = forwardsRequests = true
      if (!server.listening) await listen(own)
    },
    /** Connections stay open, and nothing is heard on them any more. */
    freeze: (): void => {
      forwardsReplies = forwardsRequests = false
    },
    /** As when a NAT forgets its flows: nothing is heard any more on the connections that there are, but new ones work. */
    silence: (): void => {
      for (const socket of sockets) silent.add(socket)
    },
    /** What is asked reaches the server, and no answer comes back. */
    dropReplies: (): void => {
      forwardsReplies = false
    },
    stop: cut,
  }
}
