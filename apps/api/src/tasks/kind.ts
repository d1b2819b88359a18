import type { JobEnvelope, KINDS, Task, TaskKind } from '@darkroom/contracts'
import type { z } from 'zod'
import type { TaskRecord } from './task.ts'

/** A file that was received and lies in a temporary folder. */
export interface ReceivedFile {
  path: string
  /** As the client calls it. */
  originalName: string
  bytes: number
  /** In lower-case hex. */
  sha256: string
  md5: string
}

export type SourceOf<Kind extends TaskKind> = z.infer<(typeof KINDS)[Kind]['source']>
type JobOf<Kind extends TaskKind> = z.infer<(typeof KINDS)[Kind]['input']>

/** What a kind makes of an upload. */
export interface Accepted<Kind extends TaskKind = TaskKind> {
  source: SourceOf<Kind>
  /** Of the name under which the original is stored, without a dot. */
  extension: string
}

/** What the API must know of a kind of task; everything else is the same for all kinds. */
export interface TaskKindPolicy<Kind extends TaskKind = TaskKind> {
  /** Looks at an upload. Throws an AppError that says what is wrong with it. */
  accept(file: ReceivedFile): Promise<Accepted<Kind>>
  /** What a job says beside its envelope. */
  jobOf(task: TaskRecord): Omit<JobOf<Kind>, keyof JobEnvelope>
  /** What clients see of the files and the result of a task. `self` is the path of the task. */
  viewOf(task: TaskRecord, self: string): Pick<Task, 'images' | 'files' | 'result'>
  /** Tasks of one size take about as long; any short name. */
  sizeOf(source: SourceOf<Kind>): string
}

export type Kinds = { readonly [Kind in TaskKind]: TaskKindPolicy<Kind> }

/** The policy of a task's kind, whichever that is. */
export const policyOf = (kinds: Kinds, kind: TaskKind): TaskKindPolicy => kinds[kind]
