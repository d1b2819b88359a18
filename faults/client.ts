// A client as recommended in our documentation: a key per upload, and a retry with the same key
// whenever the outcome is unknown.
import { setTimeout as pause } from 'node:timers/promises'
import type { History, Outcome } from './history.ts'
import { pick } from './random.ts'
import type { Picture } from './pictures.ts'

export interface ClientOptions {
  history: History
  /** The URLs of the APIs, or of what is in front of them. */
  urls: () => readonly string[]
  random: () => number
  /** Aborts an upload after this time. */
  patienceMs?: number
  /** Considers a response lost that has not arrived by now. */
  answerMs?: number
  /** Honours Retry-After; without this it retries immediately, as impatient clients do. */
  heedsRetryAfter?: boolean
}

export interface Answer {
  outcome: Outcome
  status?: number
  code?: string
  taskId?: string
  retryAfter?: boolean
  retryAfterMs?: number
}

/** Form fields of an upload, in addition to the file. */
type Fields = Record<string, string>

/** Errors that mean "later", not "no". */
const LATER = new Set([408, 409, 425, 429, 500, 502, 503, 504, 507])
const PAUSE_MS = 300

export type Client = ReturnType<typeof createClient>

export function createClient({
  history,
  urls,
  random,
  patienceMs = 90_000,
  answerMs = 15_000,
  heedsRetryAfter = false,
}: ClientOptions) {
  let count = 0
  const pageOf = async (url: string): Promise<Record<string, unknown> | undefined> => {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
      return answer.ok ? ((await answer.json()) as Record<string, unknown>) : undefined
    } catch {
      return undefined
    }
  }
  const tryUpload = async (picture: Picture, key: string, url: string, fields: Fields = {}): Promise<Answer> => {
    const startedAt = Date.now()
    const answer = await post(`${url}/api/v1/tasks`, picture, { key, fields, answerMs })
    const { name, mark, good } = picture
    history.add('client', {
      op: 'upload',
      ...answer,
      ms: Date.now() - startedAt,
      args: { key, name, picture: mark, good },
    })
    return answer
  }

  return {
    tryUpload,
    newKey: (): string => `key-${++count}`,

    /**
     * Uploads a picture, with as many retries as necessary. Returns the task's id; undefined if it
     * was refused for good or the time is up.
     */
    async upload(picture: Picture, key = `key-${++count}`, fields: Fields = {}): Promise<string | undefined> {
      const until = Date.now() + patienceMs
      do {
        const answer = await tryUpload(picture, key, pick(urls(), random), fields)
        if (answer.outcome === 'ok') return answer.taskId
        if (answer.outcome === 'fail' && !LATER.has(answer.status ?? 0)) return undefined
        await pause(((heedsRetryAfter && answer.retryAfterMs) || PAUSE_MS) * (0.5 + random()))
      } while (Date.now() < until)
      return undefined
    },

    /** Reads a task as an impatient user would, which also fills the caches. */
    async look(taskId: string): Promise<string | undefined> {
      const startedAt = Date.now()
      const view = await pageOf(`${pick(urls(), random)}/api/v1/tasks/${taskId}`)
      const status = view?.['status'] as string | undefined
      history.add('client', {
        op: 'read',
        outcome: status === undefined ? 'unknown' : 'ok',
        ms: Date.now() - startedAt,
        args: { taskId },
        ...(status && { status }),
      })
      return status
    },

    /** The same for the first page of the list. */
    lookAtList: (): Promise<unknown> => pageOf(`${pick(urls(), random)}/api/v1/tasks?limit=100`),
  }
}

/** An aborted request says nothing about its outcome; nor does a server error. */
async function post(
  url: string,
  picture: Picture,
  { key, fields, answerMs }: { key: string; fields: Fields; answerMs: number },
): Promise<Answer> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([new Uint8Array(picture.bytes)], { type: 'image/jpeg' }), picture.name)
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: form,
      headers: { 'Idempotency-Key': key },
      signal: AbortSignal.timeout(answerMs),
    })
    const body = (await answer.json()) as { id?: string; code?: string }
    const retryAfterMs = Number(answer.headers.get('retry-after')) * 1000
    const facts = {
      status: answer.status,
      ...(body.code && { code: body.code }),
      retryAfter: answer.headers.has('retry-after'),
      retryAfterMs,
    }
    if (answer.status === 202 && body.id) return { outcome: 'ok', taskId: body.id, ...facts }
    return { outcome: answer.status >= 500 ? 'unknown' : 'fail', ...facts }
  } catch (error) {
    return {
      outcome: 'unknown',
      code: String((error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name),
    }
  }
}
