import type { Stats } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { useLanguage } from '../words/language.tsx'
import { Bars } from './bars.tsx'

const EVERY_MS = 10_000
const MINUTE_MS = 60_000
const MINUTES = 60

/** How many tasks of all queues have ended in each of the last minutes. */
export function HourGraph() {
  const { words, formats } = useLanguage()
  const { data } = useQuery({
    queryKey: ['minutes'],
    queryFn: ({ signal }) => readHour(signal),
    refetchInterval: EVERY_MS,
  })
  const counts = data ?? Array.from({ length: MINUTES }, () => 0)
  const total = counts.reduce((sum, count) => sum + count, 0)
  return (
    <figure className="card padded graph">
      <figcaption className="small quiet">
        {words.queue.finishedByMinute}, {words.queue.all} · {words.queue.inTheLastHour(formats.count(total))}
      </figcaption>
      <Bars counts={counts} />
    </figure>
  )
}

/** Oldest first. */
async function readHour(signal: AbortSignal): Promise<number[]> {
  const first = (Math.floor((await serverTime(signal)) / MINUTE_MS) - MINUTES + 1) * MINUTE_MS
  const { minutes = [] } = await request<Stats>(`/stats?since=${new Date(first).toISOString()}`, { signal })
  const counts = Array.from({ length: MINUTES }, () => 0)
  for (const { at, completed, failed } of minutes) counts[(Date.parse(at) - first) / MINUTE_MS] = completed + failed
  return counts.slice(0, MINUTES)
}

/** The clock of the browser may be wrong by hours. */
async function serverTime(signal: AbortSignal): Promise<number> {
  const { headers } = await fetch('/livez', { method: 'HEAD', signal })
  return Date.parse(headers.get('date') ?? '') || Date.now()
}
