import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { count, type CommandCounter, type Counts } from './count-redis.ts'

/**
 * Offsets in a message of MongoDB's wire protocol: its length, its type, and the name of its
 * command's first field.
 */
const LENGTH = 0
const OPCODE = 12
const COMMAND = 26
const OP_MSG = 2013

/** Sent by the driver itself, on a timer. */
const HEARTBEATS = ['hello', 'isMaster', 'ismaster']

/** A proxy in front of a MongoDB that counts the commands that pass through. */
export async function countMongo(serverUrl: string): Promise<CommandCounter & { url: string }> {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let counts: Counts = {}
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    upstream.pipe(client)
    client.on(
      'data',
      readCommands((name) => HEARTBEATS.includes(name) || count(counts, name)),
    )
    client.pipe(upstream)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    take: async () => {
      const taken = counts
      counts = {}
      return taken
    },
    stop: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Parses the bytes of a connection and reports the name of each command in them. */
function readCommands(tell: (name: string) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length >= 4 && pending.length >= pending.readInt32LE(LENGTH)) {
      const message = pending.subarray(0, pending.readInt32LE(LENGTH))
      pending = pending.subarray(message.length)
      if (message.readInt32LE(OPCODE) === OP_MSG) tell(message.toString('latin1', COMMAND, message.indexOf(0, COMMAND)))
    }
  }
}
