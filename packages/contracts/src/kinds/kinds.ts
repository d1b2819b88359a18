import type { KindContract } from './define-kind.ts'
import { imageOptimize } from './image-optimize.ts'

/** All kinds of task. */
export const KINDS = {
  [imageOptimize.kind]: imageOptimize,
} as const satisfies Record<string, KindContract>

export type TaskKind = keyof typeof KINDS
export const TASK_KINDS = Object.keys(KINDS) as [TaskKind, ...TaskKind[]]

/** The kind of an upload that does not name one. `QUEUE_NAME` is the name of its queue. */
export const DEFAULT_KIND: TaskKind = 'image.optimize'
