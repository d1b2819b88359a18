import type { ListedTask } from '@darkroom/contracts'
import { Link } from 'wouter'
import { resultBytes } from '../uploads/upload.ts'
import { Saving } from '../parts/saving.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { TaskThumb } from '../parts/task-thumb.tsx'

/** A task in a grid. */
export function TaskTile({ task }: { task: ListedTask }) {
  const after = resultBytes(task)
  const before = task.source.bytes
  return (
    <li className="card tile">
      <TaskThumb task={task} />
      <Link href={`/tasks/${task.id}`} className="task-name small">
        {task.name}
      </Link>
      <p className="small">
        {after !== undefined && before !== undefined ? (
          <Saving before={before} after={after} />
        ) : (
          <StatusMark status={task.status} />
        )}
        {task.error && <code className="bad tile-code">{task.error.code}</code>}
      </p>
    </li>
  )
}
