import type { ListedTask } from '@darkroom/contracts'
import { Link } from 'wouter'
import { Saving } from '../parts/saving.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { TaskThumb } from '../parts/task-thumb.tsx'
import { resultBytes } from '../uploads/upload.ts'
import { useLanguage } from '../words/language.tsx'

interface Row {
  task: ListedTask
  isSelected: boolean
  /** Of those who may change tasks. */
  onSelect: ((id: string) => void) | undefined
}

export function TaskRow({ task, isSelected, onSelect }: Row) {
  const { words, formats } = useLanguage()
  const after = resultBytes(task)
  const before = task.source.bytes
  const facts = [words.kind[task.kind], formats.moment(task.createdAt), task.error?.code].filter(Boolean).join(' · ')
  return (
    <li className={isSelected ? 'selected' : ''}>
      {onSelect ? (
        <label className="tick">
          <input type="checkbox" checked={isSelected} onChange={() => onSelect(task.id)} />
          <span className="unseen">{words.tasks.select(task.name)}</span>
        </label>
      ) : (
        <span className="tick" />
      )}
      <TaskThumb task={task} />
      <div className="task-main">
        <Link href={`/tasks/${task.id}`} className="task-name">
          {task.name}
        </Link>
        <p className="small quiet">{facts}</p>
      </div>
      <p className="small">
        <StatusMark status={task.status} />
      </p>
      <p className="small quiet task-sizes">
        {before !== undefined && formats.bytes(before)}
        {after !== undefined && before !== undefined && ` → ${formats.bytes(after)} · `}
        {after !== undefined && before !== undefined && <Saving before={before} after={after} />}
      </p>
    </li>
  )
}
