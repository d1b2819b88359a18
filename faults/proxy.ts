// A TCP proxy that can be told to behave like a bad network.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

interface Link {
  client: Socket
  server: Socket
  /** Its answers do not come back any more. */
  lost: boolean
  /** Nothing is carried any more, and neither end is told. */
  silent: boolean
}

/** Between the moment that an answer is lost and the one that its connection breaks. */
const LOST_MS = 100

export type Proxy = Awaited<ReturnType<typeof startProxy>>

/** Passes what comes to a port of its own on to `port` of this machine, until it is told otherwise. */
export async function startProxy(port: number, random: () => number = Math.random) {
  const links = new Set<Link>()
  const held = new Set<() => void>()
  let refusing = false
  let silent = false
  let swallowing = false
  let delayMs = 0
  let bytesPerSecond = Number.POSITIVE_INFINITY
  let resetting: NodeJS.Timeout | undefined
  let losing = { text: '', left: 0 }
  let lostAnswers = 0

  const reset = ({ client, server }: Link): void => {
    client.resetAndDestroy()
    server.destroy()
  }
  const loseAnswer = (link: Link, request: Buffer): void => {
    if (losing.left === 0 || !request.includes(losing.text)) return
    losing.left--
    lostAnswers++
    link.lost = true
    setTimeout(reset, LOST_MS, link)
  }
  /** Carries one direction. What waits goes out in its order, whatever the delay is by then. */
  const carry = (from: Socket, to: Socket, dropping: () => boolean): void => {
    const waiting: { chunk: Buffer; at: number }[] = []
    let freeAt = 0
    let timer: NodeJS.Timeout | undefined
    let ended = false
    const deliver = (): void => {
      timer = undefined
      while (!silent && waiting[0] && waiting[0].at <= Date.now()) {
        const { chunk } = waiting.shift() as { chunk: Buffer }
        if (!dropping() && to.writable) to.write(chunk)
      }
      if (!silent && waiting[0]) timer ??= setTimeout(deliver, Math.max(0, waiting[0].at - Date.now()))
      if (ended && !waiting[0]) to.end()
    }
    from.on('data', (chunk: Buffer) => {
      freeAt = Math.max(freeAt, Date.now() + delayMs) + (chunk.length / bytesPerSecond) * 1000
      waiting.push({ chunk, at: freeAt })
      if (silent) held.add(deliver)
      else if (timer === undefined) deliver()
    })
    // What is still on its way arrives before the end does.
    from.on('end', () => {
      ended = true
      if (waiting.length === 0) to.end()
    })
    from.on('error', () => to.destroy())
    from.on('close', () => waiting.length === 0 && to.destroySoon())
    to.on('close', () => clearTimeout(timer))
  }
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    if (refusing) return void client.resetAndDestroy()
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const link = { client: client.setNoDelay(), server, lost: false, silent: false }
    links.add(link)
    client.on('data', (chunk: Buffer) => loseAnswer(link, chunk))
    carry(client, server, () => link.silent)
    carry(server, client, () => swallowing || link.lost || link.silent)
    for (const end of [client, server]) end.on('close', () => links.delete(link))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))

  return {
    port: (proxy.address() as AddressInfo).port,
    /** Resets every connection and refuses new ones. */
    cut(): void {
      refusing = true
      for (const link of links) reset(link)
    },
    /** Says nothing and takes nothing on; what was sent meanwhile arrives when it is healed. */
    blackhole: (): void => void (silent = true),
    /** As when a NAT forgets its flows: the connections that there are carry nothing any more, new ones work. */
    silence(): void {
      for (const link of links) link.silent = true
    },
    /** From now on in milliseconds, each way. */
    delay: (ms: number): void => void (delayMs = ms),
    throttle: (bytesEachSecond: number): void => void (bytesPerSecond = bytesEachSecond),
    /** Resets this share of the connections every second. */
    resetShare(share: number): void {
      resetting = setInterval(() => [...links].filter(() => random() < share).forEach(reset), 1000)
    },
    /** Requests arrive and are carried out, but no answer comes back; after a while the connections break. */
    swallowAnswers(forMs: number): void {
      swallowing = true
      setTimeout(() => {
        for (const link of links) reset(link)
        swallowing = false
      }, forMs)
    },
    /** The next so many requests with this text in them are carried out, but their answers never come, and their connections break. */
    loseAnswersTo(text: string, times: number): void {
      losing = { text, left: times }
    },
    /** How many of them have come by now. */
    lostAnswers: (): number => lostAnswers,
    heal(): void {
      clearInterval(resetting)
      refusing = silent = swallowing = false
      delayMs = 0
      bytesPerSecond = Number.POSITIVE_INFINITY
      for (const deliver of held) deliver()
      held.clear()
    },
    async close(): Promise<void> {
      clearInterval(resetting)
      for (const link of links) reset(link)
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
