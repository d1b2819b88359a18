import type { Task, TaskLogEntry } from '@darkroom/contracts'
import { Link, type RouteComponentProps } from 'wouter'
import { ProblemError } from '../api/problem-error.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { useLanguage } from '../words/language.tsx'
import { CurlLine } from './curl-line.tsx'
import { FileTable } from './file-table.tsx'
import { Result } from './result.tsx'
import './task.css'
import { TaskActions } from './task-actions.tsx'
import { Timeline } from './timeline.tsx'
import { useTask } from './use-task.ts'

/** One task: what came out of it, what has happened, and what can be done with it. */
export function TaskPage({ params: { id } }: RouteComponentProps<{ id: string }>) {
  const { task, entries, error } = useTask(id)
  const isGone = error instanceof ProblemError && error.status === 404
  if (error && (isGone || !task)) return <FaultText error={error} />
  return task ? <ShownTask task={task} entries={entries} /> : null
}

function ShownTask({ task, entries }: { task: Task; entries: TaskLogEntry[] }) {
  return (
    <>
      <title>{`${task.name} · Darkroom`}</title>
      <h1>{task.name}</h1>
      <Facts task={task} />
      <div className="task-columns">
        <div>
          <Result task={task} />
          <FileTable task={task} />
        </div>
        <div className="task-side">
          <Timeline entries={entries} />
          <TaskActions task={task} />
          <CurlLine task={task} />
        </div>
      </div>
    </>
  )
}

/** Everything about the task that fits into one line. */
function Facts({ task }: { task: Task }) {
  const { words, formats } = useLanguage()
  const { source, priority, attempts, epoch, expiresAt, batchId } = task
  const facts = [
    ...('width' in source ? [`${source.format} ${formats.size(source)}`] : []),
    ...(source.bytes === undefined ? [] : [formats.bytes(source.bytes)]),
    words.task.priority[priority],
    words.task.attempt(formats.count(Math.max(attempts.made, 1)), formats.count(attempts.max)),
    ...(epoch > 1 ? [words.task.epoch(formats.count(epoch))] : []),
    ...(expiresAt === null ? [] : [words.task.kept(formats.day(expiresAt))]),
  ]
  return (
    <p className="facts quiet small">
      <StatusMark status={task.status} /> · {facts.join(' · ')}
      {batchId !== null && (
        <>
          {' · '}
          <Link href={`/batches/${batchId}`}>{words.batch.open}</Link>
        </>
      )}
    </p>
  )
}
