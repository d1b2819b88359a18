import type { CheckAnswer, CheckedAnswer } from './answer-checker.ts'

interface Watched {
  check: CheckAnswer
  faults: string[]
}

const watched = new Map<string, Watched>()
let plainFetch: typeof fetch | undefined

/**
 * From now on every answer that this process gets from an origin is checked: what `fetch` gets by
 * itself, other clients by `noteAnswer`. A fault fails the request; all of them are told at the
 * end, for whoever did not look at its answer.
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

/** Checks an answer that was not got by `fetch`. Throws what is wrong with it. */
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
