import type { WorkerList, WorkerState } from '@darkroom/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { useAccess } from '../api/use-access.ts'
import { useRefresh } from '../api/use-refresh.ts'
import { useSettings } from '../api/use-settings.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'
import { Takeover, type Killed } from './takeover.tsx'

const EVERY_MS = 2000

/** Who takes the jobs of a queue, and what they are doing. In a demo they can be killed. */
export function Workers({ queue }: { queue: string }) {
  const { words, formats } = useLanguage()
  const { isDemo } = useSettings()
  const mayKill = useAccess().runsQueues && isDemo
  const { kill, killed } = useKill()
  useRefresh(['workers'])
  const { data } = useQuery({
    queryKey: ['workers'],
    queryFn: ({ signal }) => request<WorkerList>('/workers', { signal }),
    refetchInterval: EVERY_MS,
  })
  const workers = data?.items.filter((worker) => worker.queue === queue) ?? []
  if (workers.length === 0 && !killed) return null
  return (
    <>
      {killed && <Takeover key={killed.at} killed={killed} />}
      <FaultText error={kill.error} />
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
            {mayKill && (
              <th scope="col">
                <span className="unseen">{words.queue.kill}</span>
              </th>
            )}
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
              {mayKill && (
                <td>
                  <button
                    type="button"
                    aria-label={`${words.queue.kill} ${id}`}
                    disabled={kill.isPending}
                    onClick={() => kill.mutate(id)}
                  >
                    {words.queue.kill}
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

/** Kills a worker, without a question: its tasks would have ended by the time it is answered. */
function useKill() {
  const queries = useQueryClient()
  const [killed, setKilled] = useState<Killed>()
  const kill = useMutation({
    mutationFn: (id: string) =>
      request<WorkerState>(`/demo/workers/${encodeURIComponent(id)}/kill`, { method: 'POST' }),
    onSuccess: (worker) => setKilled({ ...worker, at: Date.now() }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['workers'] }),
  })
  return { kill, killed }
}
