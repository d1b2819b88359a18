import { setTimeout as pause } from 'node:timers/promises'

export interface GuessReport {
  guesses: number
  /** Those that were compared with the token; all others were refused unseen. */
  checked: number
  /** The most within any minute. */
  mostPerMinute: number
  /** Requests of others during that time, and how many of them failed. */
  others: number
  failed: number
}

interface GuessOptions {
  origin: string
  adminToken: string
  forMs: number
}

const AT_ONCE = 8
const MINUTE_MS = 60_000
const OTHERS_EVERY_MS = 100
const GUESSER = { 'x-forwarded-for': '192.0.2.1' }

/**
 * One address guesses the administrator's token as fast as it can, by every way that takes it, while
 * others use the API: an administrator elsewhere, and a key at the same address.
 */
export async function guessTokens({ origin, adminToken, forMs }: GuessOptions): Promise<GuessReport> {
  const until = performance.now() + forMs
  const checkedAt: number[] = []
  let [guesses, others, failed] = [0, 0, 0]
  const ask = (path: string, init: RequestInit): Promise<Response> =>
    fetch(`${origin}${path}`, { redirect: 'manual', ...init })
  const asOperator = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
  const creating = {
    method: 'POST',
    headers: asOperator,
    body: JSON.stringify({ name: 'a neighbor', scopes: ['keys:admin'] }),
  }
  const { key } = (await (await ask('/api/v1/keys', creating)).json()) as { key: string }

  const ways = [
    (text: string) => ask('/api/v1/keys', { headers: { ...GUESSER, authorization: `Bearer ${text}` } }),
    (text: string) =>
      ask('/admin/login', { method: 'POST', headers: GUESSER, body: new URLSearchParams({ token: text }) }),
    (text: string) => ask('/admin/queues', { headers: { ...GUESSER, cookie: `darkroom_admin=1.${text}` } }),
  ]
  const guess = async (worker: number): Promise<void> => {
    for (let count = 0; performance.now() < until; count++) {
      for (const send of ways) {
        const answer = await send(`guess-${worker}-${count}`)
        await answer.arrayBuffer()
        guesses++
        if (answer.status !== 429) checkedAt.push(performance.now())
      }
    }
  }
  const work = async (headers: Record<string, string>): Promise<void> => {
    for (; performance.now() < until; await pause(OTHERS_EVERY_MS)) {
      const answer = await ask('/api/v1/keys', { headers })
      await answer.arrayBuffer()
      others++
      if (answer.status !== 200) failed++
    }
  }
  await Promise.all([
    ...Array.from({ length: AT_ONCE }, (_, worker) => guess(worker)),
    work({ authorization: `Bearer ${adminToken}`, 'x-forwarded-for': '192.0.2.2' }),
    work({ authorization: `Bearer ${key}`, ...GUESSER }),
  ])
  const mostPerMinute = Math.max(
    0,
    ...checkedAt.map((from) => checkedAt.filter((at) => at >= from && at < from + MINUTE_MS).length),
  )
  return { guesses, checked: checkedAt.length, mostPerMinute, others, failed }
}
