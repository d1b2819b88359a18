import type { Task, WorkerState } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { isEnded } from '../uploads/upload.ts'
import { useLanguage } from '../words/language.tsx'

/** A worker that was killed, as it was then. */
export interface Killed extends WorkerState {
  /** When, by the clock of this browser. */
  at: number
}

const EVERY_MS = 250

/** What becomes of the tasks of a killed worker, with the time that each step took. */
export function Takeover({ killed }: { killed: Killed }) {
  const { words, formats } = useLanguage()
  if (killed.tasks.length === 0) return <p role="status">{words.queue.killedIdle(killed.id)}</p>
  return (
    <div className="card takeover">
      <p role="status">{words.queue.killed(killed.id, formats.count(killed.tasks.length))}</p>
      <ul>
        {killed.tasks.map(({ id, name }) => (
          <TakenTask key={id} id={id} name={name} killed={killed} />
        ))}
      </ul>
    </div>
  )
}

function TakenTask({ id, name, killed }: { id: string; name: string; killed: Killed }) {
  const { words, formats } = useLanguage()
  const [taken, setTaken] = useState<{ by: string; afterMs: number }>()
  const [endedMs, setEndedMs] = useState<number>()
  const { data: task } = useQuery({
    queryKey: ['takeover', killed.at, id],
    queryFn: ({ signal }) => request<Task>(`/tasks/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data && isEnded(state.data) ? false : EVERY_MS),
  })
  const by = task?.workerId ?? killed.id
  const hasEnded = task !== undefined && isEnded(task)
  useEffect(() => {
    if (by !== killed.id) setTaken((known) => known ?? { by, afterMs: Date.now() - killed.at })
    if (hasEnded) setEndedMs((known) => known ?? Date.now() - killed.at)
  }, [by, hasEnded, killed])
  return (
    <li>
      <Link href={`/tasks/${id}`}>{name}</Link>{' '}
      {taken && <span>{words.queue.takenOver(taken.by, formats.duration(taken.afterMs))} </span>}
      {task && endedMs !== undefined ? (
        <strong className={task.status === 'completed' ? 'good' : 'bad'}>
          {words.queue.endedAfter(words.task.status[task.status], formats.duration(endedMs))}
        </strong>
      ) : (
        <Waiting since={killed.at} />
      )}
    </li>
  )
}

/** How long it has been, a few times a second. */
function Waiting({ since }: { since: number }) {
  const { words, formats } = useLanguage()
  const [now, setNow] = useState(since)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS)
    return () => clearInterval(timer)
  }, [since])
  return <span className="quiet">{words.queue.waitingFor(formats.duration(Math.max(0, now - since)))}</span>
}
