import type { WorkerList } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { useRefresh } from '../api/use-refresh.ts'
import { useLanguage } from '../words/language.tsx'

const EVERY_MS = 2000

/** Who takes the jobs of a queue, and what they are doing. */
export function Workers({ queue }: { queue: string }) {
  const { words, formats } = useLanguage()
  useRefresh(['workers'])
  const { data } = useQuery({
    queryKey: ['workers'],
    queryFn: ({ signal }) => request<WorkerList>('/workers', { signal }),
    refetchInterval: EVERY_MS,
  })
  const workers = data?.items.filter((worker) => worker.queue === queue) ?? []
  if (workers.length === 0) return null
  return (
    <table className="card">
      <caption className="unseen">{words.queue.workers}</caption>
      <thead>
        <tr>
          <th scope="col">{words.queue.worker}</th>
          <th scope="col">{words.queue.slots}</th>
          <th scope="col">{words.queue.doing}</th>
          <th scope="col" className="wide-only">
            {words.queue.since}
          </th>
        </tr>
      </thead>
      <tbody>
        {workers.map(({ id, slots, tasks, since }) => (
          <tr key={id}>
            <td className="task-cell">{id}</td>
            <td>{formats.count(slots)}</td>
            <td className="task-cell">
              {tasks.length === 0 ? (
                <span className="quiet">{words.queue.idle}</span>
              ) : (
                tasks.map((task, index) => (
                  <span key={task.id}>
                    {index > 0 && ', '}
                    <Link href={`/tasks/${task.id}`}>{task.name}</Link>
                  </span>
                ))
              )}
            </td>
            <td className="wide-only small quiet">{formats.time(since)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
