import type { QueueStats, Stats } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { useAccess } from '../api/use-access.ts'
import { useLanguage } from '../words/language.tsx'

const EVERY_MS = 5000

export function QueueNumbers({ queue }: { queue: QueueStats }) {
  const { words, formats } = useLanguage()
  const mayRead = useAccess().may('tasks:read')
  const { data } = useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => request<Stats>('/stats', { signal }),
    refetchInterval: EVERY_MS,
    enabled: mayRead,
  })
  const duration = (ms: number | null | undefined): string =>
    ms === null || ms === undefined ? '–' : formats.duration(ms)
  const durations: [string, string][] = [
    [words.queue.wait, duration(data?.durations.waitMs.p95)],
    [words.queue.run, duration(data?.durations.runMs.p95)],
  ]
  const numbers: [string, string][] = [
    [words.queue.waiting, formats.count(queue.waiting)],
    [words.queue.active, formats.count(queue.active)],
    [words.queue.later, formats.count(queue.delayed)],
    [words.queue.workers, formats.count(queue.workers)],
    ...(mayRead ? durations : []),
  ]
  return (
    <dl className="numbers">
      {numbers.map(([name, value]) => (
        <div key={name} className="card">
          <dt className="small quiet">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
