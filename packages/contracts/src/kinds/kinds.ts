import { imageOptimize } from './image-optimize.ts'

/** Every kind of task there is. */
export const KINDS = {
  [imageOptimize.kind]: imageOptimize,
} as const

export type TaskKind = keyof typeof KINDS
export const TASK_KINDS = Object.keys(KINDS) as [TaskKind, ...TaskKind[]]

/** What an upload asks for that names no kind. `QUEUE_NAME` is the name of its queue. */
export const DEFAULT_KIND: TaskKind = 'image.optimize'
