import { ProblemError, toProblemError } from './problem-error.ts'

const BASE = '/api/v1'

interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  json?: unknown
  csv?: Blob
  signal?: AbortSignal | undefined
}

/**
 * Sends a request to the API. Throws a ProblemError, or a TypeError if there is no connection to it,
 * although a proxy may have answered in its place.
 */
export async function request<Body>(
  path: string,
  { method = 'GET', json, csv, signal }: RequestOptions = {},
): Promise<Body> {
  const response = await fetch(BASE + path, {
    method,
    ...(json !== undefined && { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
    ...(csv && { body: csv, headers: { 'content-type': 'text/csv' } }),
    ...(signal && { signal }),
  })
  const text = await response.text()
  // Health answers 503 with a body of its own.
  if (response.ok || (path === '/health' && response.status === 503 && text.includes('"services"')))
    return parse<Body>(text)
  if (response.status >= 500 && !response.headers.get('content-type')?.includes('problem'))
    throw new TypeError(`Something before the API answered with status ${response.status}.`)
  throw toProblemError(response.status, text, response.headers.get('retry-after'))
}

function parse<Body>(text: string): Body {
  try {
    return (text === '' ? undefined : JSON.parse(text)) as Body
  } catch {
    throw new TypeError('Something before the API answered, and not in JSON.')
  }
}

/** Whether the API did not answer: the connection is lost, or the server is away. */
export const isUnreachable = (error: unknown): boolean => error instanceof TypeError

const FOR_NOW = [502, 503, 504]

/** Whether the same request may be answered in a moment. */
export const isForNow = (error: unknown): boolean =>
  isUnreachable(error) || (error instanceof ProblemError && FOR_NOW.includes(error.status))
