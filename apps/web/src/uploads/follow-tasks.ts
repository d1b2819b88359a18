import type { AnyTaskEvent, Task } from '@darkroom/contracts'
import type { TaskEvents } from '../api/event-source.ts'
import { isForbidden, ProblemError } from '../api/problem-error.ts'
import { request } from '../api/request.ts'
import { isEnded } from './upload.ts'

const READS_AT_ONCE = 2
/** In case the stream is away: the tasks that should end next are read every now and then. */
const CHECK_EVERY_MS = 5000
const CHECKED = 3

interface Following {
  /** Gets each task that has changed; undefined if it was deleted. */
  onChange: (id: string, task: Task | undefined) => void
  onUnreadable: (id: string) => void
}

/**
 * Follows unfinished tasks by the stream of events, and passes on each that has changed, until it
 * has ended.
 */
export function createTaskFollower(events: TaskEvents, { onChange, onUnreadable }: Following) {
  const open = new Map<string, Task>()
  const due = new Set<string>()
  let reading = 0
  let end: (() => void) | undefined

  const update = (id: string, task: Task | undefined): void => {
    if (task && !isEnded(task)) open.set(id, task)
    else open.delete(id)
    onChange(id, task)
    if (open.size === 0) end?.()
  }
  /** A key that may not read one task may read none. */
  const giveUp = (): void => {
    const ids = [...open.keys()]
    open.clear()
    due.clear()
    end?.()
    for (const id of ids) onUnreadable(id)
  }
  const read = async (id: string): Promise<void> => {
    try {
      update(id, await request<Task>(`/tasks/${id}`))
    } catch (error) {
      if (isForbidden(error)) giveUp()
      else if (error instanceof ProblemError && error.status === 404) update(id, undefined)
    }
  }
  const readDue = async (): Promise<void> => {
    if (reading >= READS_AT_ONCE) return
    reading += 1
    for (const id of due) {
      due.delete(id)
      await read(id)
    }
    reading -= 1
  }
  const want = (ids: Iterable<string>): void => {
    for (const id of ids) due.add(id)
    void readDue()
  }
  const hear = (heard: AnyTaskEvent | undefined): void => {
    if (!heard) return want(open.keys())
    const task = open.get(heard.taskId)
    if (!task) return
    const { event } = heard
    if (event.type !== 'task.progress') return want([task.id])
    const { stage, percent } = event.data
    update(task.id, { ...task, status: 'processing', progress: { stage, percent } })
  }

  return {
    follow: (task: Task): void => {
      open.set(task.id, task)
      if (end) return
      const timer = setInterval(() => want([...open.keys()].slice(0, CHECKED)), CHECK_EVERY_MS)
      const unsubscribe = events.subscribe(hear)
      end = () => {
        clearInterval(timer)
        unsubscribe()
        end = undefined
      }
    },
  }
}
