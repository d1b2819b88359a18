import { DarkroomError, type EndedTask, type Task } from '@darkroom/client'
import { outcomeOf } from './format.ts'
import type { Row, Rows } from './rows.ts'
import type { Shell } from './shell.ts'

/** Shows a task in its row until it has ended. Returns undefined if it was deleted meanwhile. */
export async function follow(
  { darkroom, signal, out }: Shell,
  id: string,
  row: Row,
  rows: Rows,
): Promise<EndedTask | undefined> {
  const onChange = ({ status, progress }: Task): void => {
    if (status !== 'pending' && status !== 'processing') return
    row.status = status
    if (status === 'processing') row.percent = progress.percent
    rows.show(row)
  }
  const task = await darkroom.wait(id, { signal, onChange }).catch(ifDeleted)
  row.status = task?.status ?? 'deleted'
  row.outcome = task ? outcomeOf(task) : ''
  rows.end(row)
  if (task) out.json(task)
  return task
}

function ifDeleted(error: unknown): undefined {
  if (error instanceof DarkroomError && error.code === 'TASK_NOT_FOUND') return
  throw error
}
