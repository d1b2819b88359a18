// A client that follows a task's events until it has ended, and reconnects after every interruption
// like an EventSource.
import { setTimeout as pause } from 'node:timers/promises'
import type { History } from './history.ts'
import { pick } from './random.ts'

export interface Followers {
  follow: (taskId: string) => void
  /** Ends when all followed tasks have ended, or the time is up. */
  settle: (limitMs: number) => Promise<void>
}

const RECONNECT_MS = 300

export function createFollowers(options: {
  history: History
  urls: () => readonly string[]
  random: () => number
}): Followers {
  const giveUp = new AbortController()
  const following: Promise<void>[] = []
  return {
    follow: (taskId) => {
      options.history.add('listener', { op: 'follow', args: { taskId } })
      following.push(followUntilEnd(taskId, { ...options, signal: giveUp.signal }))
    },
    settle: async (limitMs) => {
      const late = setTimeout(() => giveUp.abort(), limitMs)
      await Promise.all(following.splice(0))
      clearTimeout(late)
    },
  }
}

interface Following {
  history: History
  urls: () => readonly string[]
  random: () => number
  signal: AbortSignal
}

async function followUntilEnd(taskId: string, { history, urls, random, signal }: Following): Promise<void> {
  let last: string | undefined
  const see = (id: string, type: string): void => {
    last = id
    history.add('listener', { op: 'saw', args: { taskId, id, type } })
  }
  while (!signal.aborted) {
    const over = await listen(`${pick(urls(), random)}/api/v1/tasks/${taskId}/events`, { last, see, signal }).catch(
      () => false,
    )
    if (over) return
    await pause(RECONNECT_MS)
  }
}

interface Listening {
  last: string | undefined
  see: (id: string, type: string) => void
  signal: AbortSignal
}

/** Whether the server says that there are no more events. */
async function listen(url: string, { last, see, signal }: Listening): Promise<boolean> {
  const headers = { Accept: 'text/event-stream', ...(last !== undefined && { 'Last-Event-ID': last }) }
  const answer = await fetch(url, { headers, signal })
  if (answer.status === 204) return true
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel()
    return false
  }
  let text = ''
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [id, type] = ['id', 'event'].map(
        (name) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(text.slice(0, end))?.[1],
      )
      if (id !== undefined && type !== undefined) see(id, type)
      text = text.slice(end + 2)
    }
  }
  return false
}
