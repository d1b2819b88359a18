import type { TaskKind, TaskPage } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { useRefresh } from '../api/use-refresh.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { useLanguage } from '../words/language.tsx'

const EVERY_MS = 5000
const SHOWN = 10

export function LatestTasks({ kind }: { kind: TaskKind }) {
  const { words, formats } = useLanguage()
  useRefresh(['tasks', 'latest', kind])
  const { data, error } = useQuery({
    queryKey: ['tasks', 'latest', kind],
    queryFn: ({ signal }) => request<TaskPage>(`/tasks?limit=${SHOWN}&kind=${kind}`, { signal }),
    refetchInterval: EVERY_MS,
  })
  const duration = (ms: number | null): string => (ms === null ? '' : formats.duration(ms))
  if (!data) return <FaultText error={error} />
  if (data.items.length === 0) return <p className="quiet">{words.tasks.noneYet}</p>
  return (
    <table className="card">
      <caption className="unseen">{words.queue.latest}</caption>
      <thead>
        <tr>
          <th scope="col">{words.queue.latest}</th>
          <th scope="col">{words.queue.state}</th>
          <th scope="col" className="wide-only">
            {words.queue.waited}
          </th>
          <th scope="col" className="wide-only">
            {words.queue.ran}
          </th>
        </tr>
      </thead>
      <tbody>
        {data.items.map((task) => (
          <tr key={task.id}>
            <td className="task-cell">
              <Link href={`/tasks/${task.id}`}>{task.name}</Link>
            </td>
            <td>
              <StatusMark status={task.status} />
            </td>
            <td className="wide-only">{duration(task.waitMs)}</td>
            <td className="wide-only">{duration(task.processingTimeMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
