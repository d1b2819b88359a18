import type { CheckAnswer, CheckedAnswer } from './answer-checker.ts'

interface Watched {
  check: CheckAnswer
  faults: string[]
}

const watched = new Map<string, Watched>()
let plainFetch: typeof fetch | undefined

/**
 * From now on every response that this process receives from an origin is checked: those of `fetch`
 * automatically, those of other clients with `noteAnswer`. An error fails the request; all errors
 * are also reported at the end, for callers that ignore the response.
 */
export function checkAnswersOf(origin: string, check: CheckAnswer): { faults: () => string[] } {
  const faults: string[] = []
  watched.set(origin, { check, faults })
  if (!plainFetch) {
    plainFetch = globalThis.fetch
    globalThis.fetch = checkedFetch
  }
  return {
    faults: () => {
      watched.delete(origin)
      return faults
    },
  }
}

/** Checks a response that was not received by `fetch`. Throws its errors. */
export function noteAnswer(origin: string, answer: CheckedAnswer): void {
  const { check, faults: known = [] } = watched.get(origin) ?? {}
  const faults = check?.(answer) ?? []
  known.push(...faults)
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

const checkedFetch: typeof fetch = async (input, init) => {
  const response = await (plainFetch as typeof fetch)(input, init)
  const { origin, pathname, search } = new URL(response.url)
  if (!watched.has(origin)) return response
  const method = response.redirected ? 'GET' : (init?.method ?? (input instanceof Request ? input.method : 'GET'))
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  const body = isJson ? await response.clone().text() : undefined
  noteAnswer(origin, {
    method: method.toUpperCase(),
    path: pathname + search,
    status: response.status,
    header: (name) => response.headers.get(name),
    body,
  })
  return response
}
