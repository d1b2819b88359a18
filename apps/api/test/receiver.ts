import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** A request as it arrived. */
export interface Received {
  path: string
  headers: IncomingHttpHeaders
  text: string
  event: { eventType: string; taskId?: string; seq?: number; epoch?: number }
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** A server on this machine that keeps what it is sent. By default it answers 204. */
export async function startReceiver() {
  const received: Received[] = []
  const answers = new Map<string, (res: ServerResponse, nth: number) => void>()
  const server = createServer((req, res) => {
    const pieces: Buffer[] = []
    req.on('data', (piece: Buffer) => pieces.push(piece))
    req.on('end', () => {
      const path = req.url ?? '/'
      const text = Buffer.concat(pieces).toString()
      const nth = received.filter((other) => other.path === path).length
      received.push({ path, headers: req.headers, text, event: JSON.parse(text) as Received['event'] })
      const answer = answers.get(path)
      if (answer) answer(res, nth)
      else res.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    urlOf: (path: string): string => origin + path,
    at: (path: string): Received[] => received.filter((one) => one.path === path),
    /** How requests to this path are answered; `nth` counts from 0. */
    answer: (path: string, how: (res: ServerResponse, nth: number) => void): void => void answers.set(path, how),
    stop: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Throws unless the request has a signature by this secret. */
export const verify = (secret: string, { text, headers }: Received): unknown =>
  new Webhook(secret).verify(text, headers as Record<string, string>)
