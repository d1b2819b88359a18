import type { TaskEvent } from '@darkroom/contracts'
import { moveFor, type Move, type TaskRecord } from '../src/tasks/task.ts'

const NOW = Date.UTC(2026, 4, 2)

/** What the guarded write of an event does in the database, as a plain function. */
export function reduce(task: TaskRecord, event: TaskEvent): TaskRecord {
  const move = moveFor(event, NOW)
  if (!move || event.epoch !== task.epoch || event.seq <= task.seq || !move.from.includes(task.status)) return task
  return taken(task, { ...move, patch: { ...move.patch, seq: event.seq } })
}

/** The task after a move that the fence permitted. */
export function taken(task: TaskRecord, move: Move): TaskRecord {
  const {
    'attempts.made': made = task.attempts.made,
    'attempts.nextAt': nextAt = task.attempts.nextAt,
    ...patch
  } = move.patch
  return {
    ...task,
    ...patch,
    attempts: { ...task.attempts, made, nextAt },
    rev: task.rev + 1,
    log: [...task.log, move.entry],
  }
}
