import type { KindContract } from './define-kind.ts'
import { imageOptimize } from './image-optimize.ts'
import { photoBibs } from './photo-bibs.ts'
import { videoRender } from './video-render.ts'

/** All kinds of task. */
export const KINDS = {
  [imageOptimize.kind]: imageOptimize,
  [photoBibs.kind]: photoBibs,
  [videoRender.kind]: videoRender,
} as const satisfies Record<string, KindContract>

export type TaskKind = keyof typeof KINDS
export const TASK_KINDS = Object.keys(KINDS) as [TaskKind, ...TaskKind[]]

/** Something that exists once per kind: one by its kind, or all of them. */
export interface PerKind<Made> {
  of: (kind: TaskKind) => Made
  all: readonly Made[]
}

export function perKind<Made>(make: (kind: TaskKind) => Made): PerKind<Made> {
  const byKind = Object.fromEntries(TASK_KINDS.map((kind) => [kind, make(kind)])) as Record<TaskKind, Made>
  return { of: (kind) => byKind[kind], all: Object.values(byKind) }
}

/** The kinds whose tasks begin with an uploaded file, and those whose tasks begin with JSON. */
export const INPUT_KINDS = [videoRender.kind] as const satisfies readonly TaskKind[]
export const FILE_KINDS = TASK_KINDS.filter((kind) => !(INPUT_KINDS as readonly TaskKind[]).includes(kind))

/** The kind of an upload that does not name one. `QUEUE_NAME` is the name of its queue. */
export const DEFAULT_KIND: TaskKind = 'image.optimize'
