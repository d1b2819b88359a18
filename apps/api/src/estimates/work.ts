import type { QueueLoad } from '@darkroom/messaging'

/** The jobs that need a worker now. */
export interface Work {
  waiting: number
  active: number
  due: number
  /** How long one slot would take for them. */
  workSeconds: number
}

/** So that a job that takes no measurable time still needs a worker. */
const LEAST_RUN_MS = 1

/** @param runMs the average duration of a job */
export function workOf(load: QueueLoad, runMs: number): Work {
  const { active, due, isPaused } = load
  const waiting = Object.values(load.waiting).reduce((sum, count) => sum + count, 0)
  // More workers would not start the jobs of a paused queue.
  const jobs = isPaused ? active : waiting + active + due
  return { waiting, active, due, workSeconds: Math.ceil(jobs * Math.max(LEAST_RUN_MS, runMs)) / 1000 }
}
