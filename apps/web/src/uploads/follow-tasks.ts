import type { Task } from '@darkroom/contracts'
import { ProblemError } from '../api/problem-error.ts'
import { request } from '../api/request.ts'
import { isEnded } from './upload.ts'

/** The oldest are done first; a few others are asked for as well, in turn. */
const OLDEST = 3
const OTHERS = 3
const SOON_MS = 250
const LATER_MS = 1000

/** Asks for unfinished tasks, a few at a time, and passes on what changed, until all have ended. */
export function createTaskFollower(onChange: (id: string, task: Task | undefined) => void) {
  const open = new Map<string, string>()
  let isRunning = false
  let turn = 0

  async function isChanged(id: string): Promise<boolean> {
    try {
      const task = await request<Task>(`/tasks/${id}`)
      if (task.updatedAt === open.get(id)) return false
      if (isEnded(task)) open.delete(id)
      else open.set(id, task.updatedAt)
      onChange(id, task)
      return true
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 404) return false
      open.delete(id)
      onChange(id, undefined)
      return true
    }
  }

  async function run(): Promise<void> {
    isRunning = true
    while (open.size > 0) {
      const ids = [...open.keys()]
      const others = ids.slice(OLDEST)
      turn = others.length === 0 ? 0 : (turn + OTHERS) % others.length
      const asked = [...ids.slice(0, OLDEST), ...others.slice(turn, turn + OTHERS)]
      const changed = await Promise.all(asked.map(isChanged))
      await new Promise((resolve) => setTimeout(resolve, changed.includes(true) ? SOON_MS : LATER_MS))
    }
    isRunning = false
  }

  return {
    follow: ({ id, updatedAt }: Task): void => {
      open.set(id, updatedAt)
      if (!isRunning) void run()
    },
  }
}
