import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { count, type CommandCounter, type Counts } from './count-redis.ts'

/**
 * Offsets in a message of MongoDB's wire protocol: its length, its type, and the type and name of
 * its command's first element.
 */
const LENGTH = 0
const OPCODE = 12
const ELEMENT = 25
const COMMAND = 26
const OP_MSG = 2013
/** The type of an element whose value is text: its length in four bytes, then itself and a zero. */
const TEXT = 2

/** Sent by the driver itself, on a timer. */
const HEARTBEATS = ['hello', 'isMaster', 'ismaster']

/**
 * A proxy in front of a MongoDB that counts the commands that pass through, by name and collection:
 * `insert tasks`.
 */
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
      readCommands(({ name, collection }) => HEARTBEATS.includes(name) || count(counts, `${name} ${collection}`)),
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

interface Command {
  name: string
  /** Empty for a command that is not about one. */
  collection: string
}

/** Parses the bytes of a connection and reports each command in them. */
function readCommands(tell: (command: Command) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length >= 4 && pending.length >= pending.readInt32LE(LENGTH)) {
      const message = pending.subarray(0, pending.readInt32LE(LENGTH))
      pending = pending.subarray(message.length)
      if (message.readInt32LE(OPCODE) === OP_MSG) tell(commandIn(message))
    }
  }
}

/** The command's name is the name of the first element; its value is the collection, if there is one. */
function commandIn(message: Buffer): Command {
  const end = message.indexOf(0, COMMAND)
  const name = message.toString('latin1', COMMAND, end)
  if (message[ELEMENT] !== TEXT) return { name, collection: '' }
  const from = end + 5
  return { name, collection: message.toString('latin1', from, message.indexOf(0, from)) }
}
