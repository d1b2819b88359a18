import type { Socket } from 'node:net'
import { AppError } from '../app-error.ts'
import { Tally } from '../http/tally.ts'

/** The open sockets of this process, limited in total and per address. */
export class SocketPlaces {
  readonly #limits
  readonly #clients = new Tally()
  readonly #open = new Set<Socket>()
  #freed: (() => void) | undefined

  constructor(limits: { total: number; perAddress: number }) {
    this.#limits = limits
  }

  /** Takes a place until the connection is closed. Throws TOO_MANY_WAITING. */
  take(connection: Socket, address: string): void {
    const { total, perAddress } = this.#limits
    if (this.#clients.of(address) >= perAddress)
      throw tooMany(`${perAddress} sockets are open from your address, which is the maximum`)
    if (this.#open.size >= total) throw tooMany(`${total} sockets are open, which is the maximum`)
    const release = this.#clients.take(address)
    this.#open.add(connection)
    connection.once('close', () => {
      release()
      this.#open.delete(connection)
      if (this.#open.size === 0) this.#freed?.()
    })
  }

  async allFree(): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#freed = resolve))
  }

  destroyAll(): void {
    for (const connection of this.#open) connection.destroy()
  }
}

const tooMany = (found: string): AppError =>
  new AppError('TOO_MANY_WAITING', `${found}. One socket can follow many jobs: close some, or try again later.`, {
    headers: { 'Retry-After': '5' },
  })
