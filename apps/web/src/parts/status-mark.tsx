import type { TaskStatus } from '@darkroom/contracts'
import { useLanguage } from '../words/language.tsx'

const MOODS: Record<TaskStatus, string> = {
  pending: 'wait',
  processing: 'wait',
  completed: 'good',
  failed: 'bad',
  cancelled: 'quiet',
  expired: 'quiet',
}

/** The status of a task in its colour, which never stands alone. */
export function StatusMark({ status }: { status: TaskStatus }) {
  const { words } = useLanguage()
  return (
    <span className={`status ${MOODS[status]}`}>
      <span aria-hidden="true">●</span> {words.task.status[status]}
    </span>
  )
}
