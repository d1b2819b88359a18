import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { carry, type Pace } from './carry.ts'

interface Link {
  client: Socket
  server: Socket
  isSilent: boolean
  losesReplies: boolean
}

/** Between the loss of a reply and the end of its connection. */
const LOST_MS = 100
const RESET_EVERY_MS = 1000
const UNHINDERED: Pace = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY }

/**
 * Starts a proxy between a client and a server that can simulate a bad network.
 * @param random 0 to 1: chooses the connections that are reset
 */
export async function startTcpProxy(serverUrl: string, random: () => number = Math.random): Promise<TcpProxy> {
  const proxy = new TcpProxy(serverUrl, random)
  await proxy.start()
  return proxy
}

export class TcpProxy {
  readonly #serverUrl: URL
  readonly #random: () => number
  readonly #listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#link(client))
  readonly #links = new Set<Link>()
  readonly #pace = { ...UNHINDERED }
  #port = 0
  #loses: 'nothing' | 'replies' | 'everything' = 'nothing'
  #losing = { text: '', left: 0 }
  #lostReplies = 0
  #resetting: NodeJS.Timeout | undefined

  constructor(serverUrl: string, random: () => number) {
    this.#serverUrl = new URL(serverUrl)
    this.#random = random
  }

  async start(): Promise<void> {
    await this.#listen(0)
    this.#port = (this.#listener.address() as AddressInfo).port
  }

  /** The server's URL through this proxy. */
  get url(): string {
    const url = new URL(this.#serverUrl)
    url.hostname = '127.0.0.1'
    url.port = String(this.#port)
    return url.href
  }

  /** Resets every connection and refuses new ones. */
  async cut(): Promise<void> {
    const closed = this.#listener.listening && new Promise((resolve) => this.#listener.close(resolve))
    for (const link of this.#links) reset(link)
    await closed
  }

  /** Connections stay open and new ones are accepted, but nothing arrives on any of them. */
  freeze(): void {
    this.#loses = 'everything'
  }

  /** Requests arrive at the server, but no reply comes back. */
  dropReplies(): void {
    this.#loses = 'replies'
  }

  /**
   * Like a NAT that loses its state: nothing arrives on the connections that are open now, but new
   * ones work.
   */
  silence(): void {
    for (const link of this.#links) link.isSilent = true
  }

  /** In milliseconds, each way. */
  delay(ms: number): void {
    this.#pace.delayMs = ms
  }

  /** For each direction of each connection. */
  throttle(bytesPerSecond: number): void {
    this.#pace.bytesPerSecond = bytesPerSecond
  }

  /** Resets this share of the connections every second. */
  resetShare(share: number): void {
    clearInterval(this.#resetting)
    const resetSome = (): void => [...this.#links].filter(() => this.#random() < share).forEach(reset)
    this.#resetting = setInterval(resetSome, RESET_EVERY_MS)
  }

  /**
   * The next `times` requests that contain this text arrive, but their replies are lost and their
   * connections reset.
   */
  loseRepliesTo(text: string, times: number): void {
    this.#losing = { text, left: times }
  }

  /** The number of requests affected by `loseRepliesTo` so far. */
  get lostReplies(): number {
    return this.#lostReplies
  }

  /** A good network again. Lost data stays lost, and silenced connections stay silent. */
  async restore(): Promise<void> {
    clearInterval(this.#resetting)
    this.#loses = 'nothing'
    Object.assign(this.#pace, UNHINDERED)
    if (!this.#listener.listening) await this.#listen(this.#port)
  }

  async stop(): Promise<void> {
    clearInterval(this.#resetting)
    await this.cut()
  }

  async #listen(port: number): Promise<void> {
    this.#listener.listen(port, '127.0.0.1')
    await once(this.#listener, 'listening')
  }

  #link(client: Socket): void {
    const { hostname: host, port } = this.#serverUrl
    const server = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true })
    const link = { client, server, isSilent: false, losesReplies: false }
    this.#links.add(link)
    client.on('close', () => this.#links.delete(link))
    client.on('data', (request: Buffer) => this.#loseReplyTo(request, link))
    carry({ from: client, to: server, pace: this.#pace, isLost: () => link.isSilent || this.#loses === 'everything' })
    carry({
      from: server,
      to: client,
      pace: this.#pace,
      isLost: () => link.isSilent || link.losesReplies || this.#loses !== 'nothing',
    })
  }

  #loseReplyTo(request: Buffer, link: Link): void {
    if (this.#losing.left === 0 || !request.includes(this.#losing.text)) return
    this.#losing.left--
    this.#lostReplies++
    link.losesReplies = true
    const timer = setTimeout(reset, LOST_MS, link)
    link.client.on('close', () => clearTimeout(timer))
  }
}

function reset({ client, server }: Link): void {
  client.resetAndDestroy()
  server.destroy()
}
