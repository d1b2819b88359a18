import type { Problem, Task, TaskPage } from '@darkroom/contracts'
import { until } from '@darkroom/testing'

export interface Upload {
  bytes: Buffer
  name?: string
  key?: string
  path?: string
  /** The text fields of the form. */
  fields?: Record<string, string>
}

/** A task if it was accepted, otherwise a problem: a test reads what it expects. */
export type TaskOrProblem = Task & Pick<Problem, 'code' | 'detail'>

export interface Answer<Body = TaskOrProblem> {
  status: number
  type: string
  headers: Headers
  body: Body
}

const FINAL = ['completed', 'failed', 'cancelled', 'expired']

/**
 * Uploads a photo on a new connection, so that it does not hit a kept-alive one that is just being
 * closed.
 */
export async function upload(
  url: string,
  { bytes, name = 'photo.jpg', key, path = '/api/v1/tasks', fields = {} }: Upload,
): Promise<Answer> {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  form.set('file', new Blob([new Uint8Array(bytes)]), name)
  const headers = { connection: 'close', ...(key !== undefined && { 'idempotency-key': key }) }
  return answerOf(await fetch(`${url}${path}`, { method: 'POST', body: form, headers }))
}

/** Uploads a photo that is expected to be accepted. */
export async function accepted(url: string, photo: Upload): Promise<Task> {
  const { status, body } = await upload(url, photo)
  if (status !== 202) throw new Error(`The upload failed with ${status}: ${JSON.stringify(body)}`)
  return body
}

export async function get<Body = TaskOrProblem>(url: string): Promise<Answer<Body>> {
  return answerOf<Body>(await fetch(url))
}

export async function answerOf<Body = TaskOrProblem>(response: Response): Promise<Answer<Body>> {
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  return {
    status: response.status,
    type,
    headers: response.headers,
    body: (type.includes('json') ? JSON.parse(text) : text) as Body,
  }
}

/** The task once it has ended. */
export function ended(url: string, id: string, timeoutMs = 30_000): Promise<Task> {
  const ask = async (): Promise<Task | undefined> => {
    const { body } = await get(`${url}/api/v1/tasks/${id}`)
    return FINAL.includes(body.status) ? body : undefined
  }
  return until(ask, { what: `the end of task ${id}`, timeoutMs, intervalMs: 50 })
}

/** The number of tasks with a status. Only the last page has the exact current number. */
export async function total(url: string, status: Task['status']): Promise<number> {
  for (let page = 1; ; page++) {
    const { body } = await get<TaskPage>(`${url}/api/v1/tasks?status=${status}&limit=100&page=${page}`)
    if (body.nextCursor === null) return body.total
  }
}

/** Calls a function for each item, a few at a time, and keeps the order. */
export async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  act: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await act(item, index)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
  return results
}
