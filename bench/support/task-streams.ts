// Clients with event streams: many follow tasks that wait for a worker, and a new one uploads a
// photo and follows it to its end at a steady pace, to measure how long after an event a client is
// notified.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { answerOrders } from './helper-process.ts'

export interface StreamsOrder {
  apiUrl: string
  /** The photo to upload. */
  file: string
  /** Of waiting tasks. */
  streams: number
  followEveryMs: number
  ms: number
}

export interface Streams {
  /** In ms, of each event; both ends use the clock of the same machine. */
  lagsMs: number[]
  /** Tasks that were followed to their end. */
  ended: number
}

/** A kind without a worker. */
const WAITING_KIND = 'photo.bibs'

const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

answerOrders(async ({ apiUrl, file, streams, followEveryMs, ms }: StreamsOrder): Promise<Streams> => {
  const result: Streams = { lagsMs: [], ended: 0 }
  const photo = readFileSync(file)
  const until = performance.now() + ms
  const waiting: IncomingMessage[] = []
  for (let index = 0; index < streams; index++)
    waiting.push((await openStream(apiUrl, await upload(apiUrl, photo, WAITING_KIND))).resume())
  const following: Promise<void>[] = []
  while (performance.now() < until) {
    following.push(follow(apiUrl, photo, result))
    await pause(followEveryMs)
  }
  await Promise.all(following)
  for (const stream of waiting) {
    if (stream.destroyed) throw new Error('The stream of a waiting task was closed')
    stream.destroy()
  }
  return result
})

async function follow(apiUrl: string, photo: Buffer, result: Streams): Promise<void> {
  const stream = await openStream(apiUrl, await upload(apiUrl, photo, 'image.optimize'))
  const openedAt = Date.now()
  for await (const line of createInterface({ input: stream })) {
    const heardAt = performance.timeOrigin + performance.now()
    if (!line.startsWith('data: ')) continue
    const { type, at } = JSON.parse(line.slice('data: '.length)) as { type: string; at: string }
    // Earlier ones are repeated.
    if (Date.parse(at) > openedAt) result.lagsMs.push(heardAt - Date.parse(at))
    if (type !== 'task.completed') continue
    result.ended += 1
    stream.destroy()
    return
  }
}

async function upload(apiUrl: string, body: Buffer, kind: string): Promise<string> {
  const headers = { 'Content-Type': 'image/jpeg' }
  const answer = await fetch(`${apiUrl}/api/v1/tasks?kind=${kind}`, { method: 'POST', headers, body })
  if (answer.status !== 202) throw new Error(`An upload was answered with ${answer.status}`)
  return ((await answer.json()) as { id: string }).id
}

async function openStream(apiUrl: string, id: string): Promise<IncomingMessage> {
  const asking = get(`${apiUrl}/api/v1/tasks/${id}/events`, { agent, headers: { Accept: 'text/event-stream' } })
  const [stream] = (await once(asking, 'response')) as [IncomingMessage]
  return stream
}
