// Uploads photos at a steady pace, follows each task with an event stream, and measures how long
// after its end in the worker the client is notified.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { answerOrders } from './helper-process.ts'

export interface FollowOrder {
  files: readonly string[]
  apiUrl: string
  everyMs: number
}

const agent = new Agent({ keepAlive: true })

/** Lags in ms; both ends use the clock of the same machine. */
answerOrders(async ({ files, apiUrl, everyMs }: FollowOrder): Promise<number[]> => {
  const followed: Promise<number>[] = []
  for (const [index, file] of files.entries()) {
    followed.push(uploadAndFollow(apiUrl, file, `photo ${index}.jpg`))
    await pause(everyMs)
  }
  return Promise.all(followed)
})

async function uploadAndFollow(apiUrl: string, file: string, name: string): Promise<number> {
  const form = new FormData()
  form.set('file', new Blob([readFileSync(file)]), name)
  const response = await fetch(`${apiUrl}/api/v1/tasks`, { method: 'POST', body: form })
  const { id } = (await response.json()) as { id: string }
  const asking = request(`${apiUrl}/api/v1/tasks/${id}/events`, {
    agent,
    headers: { Accept: 'text/event-stream' },
  }).end()
  const [stream] = (await once(asking, 'response')) as [IncomingMessage]
  for await (const line of createInterface({ input: stream })) {
    const heardAt = performance.timeOrigin + performance.now()
    if (!line.startsWith('data: ')) continue
    const { type, at } = JSON.parse(line.slice('data: '.length)) as { type: string; at: string }
    if (type === 'task.completed') return heardAt - Date.parse(at)
  }
  throw new Error(`The stream of task ${id} ended without its completion`)
}
