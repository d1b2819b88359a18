import { DarkroomError } from './darkroom-error.ts'
import type { Fetch } from './types.ts'

const TRANSIENT = [408, 429, 502, 503, 504]
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
/** The longest `Retry-After` that is waited for: who calls decides about more. */
const LONGEST_WAIT_MS = 60_000

/**
 * Node.js does not abort a `Request` that was garbage collected, although its signal is: each is
 * kept as long as the body of its response, and `fetch` gets its signal a second time.
 */
const requests = new WeakMap<ReadableStream, Request>()

/**
 * Repeats requests that are safe to repeat: those that change nothing or have an Idempotency-Key.
 * Throws UNREACHABLE if the last one has no response either.
 */
export function withRetries(send: Fetch, retries: number): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt >= retries || !isRepeatable(request)
      const response = await send(isLast ? request : request.clone(), { signal: request.signal }).catch(
        (cause: unknown) => {
          request.signal.throwIfAborted()
          if (cause instanceof DarkroomError) throw cause
          if (isLast) throw new DarkroomError('UNREACHABLE', unreachable(request, cause), { cause })
          return undefined
        },
      )
      if (response && (isLast || !(await isTransient(request, response)))) {
        if (response.body) requests.set(response.body, request)
        return response
      }
      await response?.body?.cancel()
      await pause(pauseMs(attempt, response), request.signal)
    }
  }
}

const isRepeatable = ({ method, headers }: Request): boolean =>
  !['POST', 'PATCH'].includes(method) || headers.has('idempotency-key')

async function isTransient({ headers }: Request, response: Response): Promise<boolean> {
  const { status } = response
  if (retryAfterMs(response) > LONGEST_WAIT_MS) return false
  if (status === 429) return !(await response.clone().text()).includes('"QUOTA_EXCEEDED"')
  // The earlier request with this key is still being processed.
  return TRANSIENT.includes(status) || (status === 409 && headers.has('idempotency-key'))
}

const retryAfterMs = ({ headers }: Response): number => Number(headers.get('retry-after') ?? Number.NaN) * 1000

function pauseMs(attempt: number, response: Response | undefined): number {
  const askedMs = response ? retryAfterMs(response) : Number.NaN
  if (askedMs >= 0) return askedMs
  // Clients that were interrupted together must not come back together.
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2)
}

const unreachable = ({ url }: Request, error: unknown): string => {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }
  return `${new URL(url).origin} cannot be reached: ${cause?.message || cause?.code || message}`
}

export function pause(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
