import type { DeadLetterGroup, DeadLetterGroups, ReplayReport } from '@darkroom/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { useAccess } from '../api/use-access.ts'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'

const EVERY_MS = 5000

/** Failed tasks by the reason of their failure. */
export function Failures() {
  const { words, formats } = useLanguage()
  const { data, error } = useQuery({
    queryKey: ['dead-letters'],
    queryFn: ({ signal }) => request<DeadLetterGroups>('/dead-letters?groupBy=error', { signal }),
    refetchInterval: EVERY_MS,
  })
  const mayReplay = useAccess().may('queues:admin')
  const replay = useReplay()
  if (!data) return <FaultText error={error} />
  if (data.items.length === 0) return <p className="quiet">{words.queue.noFailures}</p>
  return (
    <div>
      <table className="card">
        <caption className="unseen">{words.queue.failures}</caption>
        <thead>
          <tr>
            <th scope="col">{words.queue.failures}</th>
            <th scope="col">{words.queue.count}</th>
            <th scope="col">
              <span className="unseen">{words.queue.replay}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data.items.map(({ code, count }) => (
            <tr key={code}>
              <td className="task-cell">
                <Link href={`/tasks?status=failed&q=${encodeURIComponent(code)}`} className="bad">
                  {code}
                </Link>
              </td>
              <td>{formats.count(count)}</td>
              <td>
                {mayReplay && (
                  <ConfirmButton
                    question={words.queue.replayQuestion(formats.count(count), code)}
                    disabled={replay.isPending}
                    onConfirm={() => replay.mutate(code)}
                  >
                    {words.queue.replay}
                  </ConfirmButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <FaultText error={replay.error} />
    </div>
  )
}

function useReplay() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (code: DeadLetterGroup['code']) =>
      request<ReplayReport>('/dead-letters/replay', { method: 'POST', json: { filter: { code }, limit: 1000 } }),
    onSettled: () => queries.invalidateQueries(),
  })
}
