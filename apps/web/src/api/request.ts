import { toProblemError } from './problem-error.ts'

const BASE = '/api/v1'

interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  json?: unknown
  signal?: AbortSignal | undefined
}

/** Sends a request to the API. Throws a ProblemError, or a TypeError if there is no connection. */
export async function request<Body>(
  path: string,
  { method = 'GET', json, signal }: RequestOptions = {},
): Promise<Body> {
  const response = await fetch(BASE + path, {
    method,
    ...(json !== undefined && { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
    ...(signal && { signal }),
  })
  const text = await response.text()
  // Health answers 503 with a body of its own.
  const isAnswer = response.ok || !response.headers.get('content-type')?.includes('problem')
  if (!isAnswer || (text === '' && !response.ok))
    throw toProblemError(response.status, text, response.headers.get('retry-after'))
  return (text === '' ? undefined : JSON.parse(text)) as Body
}

/** Whether nothing was answered: the connection is lost, or the server is away. */
export const isUnreachable = (error: unknown): boolean => error instanceof TypeError
