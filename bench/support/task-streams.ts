// Clients that each follow a task with an event stream until it ends, and then the next one. A
// client measures how long after an event it is notified.
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { answerOrders } from './helper-process.ts'

export interface StreamsOrder {
  apiUrl: string
  streams: number
  ms: number
}

export interface Streams {
  /** In ms, of each event; both ends use the clock of the same machine. */
  lagsMs: number[]
  /** Tasks that were followed to their end. */
  ended: number
}

const LIST_EVERY_MS = 1000
const IDLE_MS = 50

answerOrders(async ({ apiUrl, streams, ms }: StreamsOrder): Promise<Streams> => {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const result: Streams = { lagsMs: [], ended: 0 }
  const until = performance.now() + ms
  const isOver = (): boolean => performance.now() >= until
  let fresh: string[] = []

  const findTasks = async (): Promise<void> => {
    const seen = new Set<string>()
    while (!isOver()) {
      const answer = await fetch(`${apiUrl}/api/v1/tasks?status=pending&limit=100`)
      const { items } = (await answer.json()) as { items: { id: string }[] }
      fresh.push(...items.map(({ id }) => id).filter((id) => !seen.has(id)))
      for (const { id } of items) seen.add(id)
      // Old ones are about to end, and would tell nothing.
      fresh = fresh.slice(-streams)
      await pause(LIST_EVERY_MS)
    }
  }

  const follow = async (): Promise<void> => {
    while (!isOver()) {
      const id = fresh.shift()
      if (id === undefined) await pause(IDLE_MS)
      else await followTask(`${apiUrl}/api/v1/tasks/${id}/events`, { agent, result, isOver })
    }
  }

  await Promise.all([findTasks(), ...Array.from({ length: streams }, follow)])
  agent.destroy()
  return result
})

async function followTask(
  url: string,
  { agent, result, isOver }: { agent: Agent; result: Streams; isOver: () => boolean },
): Promise<void> {
  const asking = get(url, { agent, headers: { Accept: 'text/event-stream' } })
  const [stream] = (await once(asking, 'response')) as [IncomingMessage]
  const openedAt = Date.now()
  for await (const line of createInterface({ input: stream })) {
    const heardAt = performance.timeOrigin + performance.now()
    if (isOver()) break
    if (!line.startsWith('data: ')) continue
    const { type, at } = JSON.parse(line.slice('data: '.length)) as { type: string; at: string }
    // Those from before are repeated.
    if (Date.parse(at) > openedAt) result.lagsMs.push(heardAt - Date.parse(at))
    if (/completed|failed|cancelled/.test(type)) {
      result.ended += 1
      break
    }
  }
  asking.destroy()
}
