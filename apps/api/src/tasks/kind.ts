import type { Readable } from 'node:stream'
import { isPending, type JobEnvelope, type KINDS, type Task, type TaskKind, type TaskSource } from '@darkroom/contracts'
import type { ImageFacts } from '@darkroom/images/inspect-upload'
import type { z } from 'zod'
import type { TaskRecord } from './task.ts'

/** What the header of a photo says, or what is wrong with it. */
export type Inspected = { facts: ImageFacts } | { fault: unknown }

/** A received file in a temporary folder, prepared for the storage unless something is wrong with it. */
export interface ReceivedBytes {
  path: string
  bytes: number
  /** In lower-case hex. */
  sha256: string
  inspected: Inspected
}

export interface ReceivedFile extends ReceivedBytes {
  /** As named by the client. */
  originalName: string
}

/** What the header of a received photo says. Throws what is wrong with it. */
export function seenIn({ inspected }: Pick<ReceivedBytes, 'inspected'>): ImageFacts {
  if ('fault' in inspected) throw inspected.fault
  return inspected.facts
}

/** The text fields of an upload that only this kind has. */
export type FieldsOf<Kind extends TaskKind> = Kind extends TaskKind
  ? z.infer<z.ZodObject<(typeof KINDS)[Kind]['fields']>>
  : never
export type SourceOf<Kind extends TaskKind> = z.infer<(typeof KINDS)[Kind]['source']>
type JobOf<Kind extends TaskKind> = z.infer<(typeof KINDS)[Kind]['input']>

/** What a kind derives from an upload. */
export interface Accepted<Kind extends TaskKind = TaskKind> {
  source: SourceOf<Kind>
  /** The extension of the stored original, without a dot. */
  extension: string
}

export interface AboutInput {
  tenant: string
  /** Of the new task. */
  taskId: string
  /** Where fields of the input were in the request, if not below `/input`. */
  pointers?: Record<string, string> | undefined
  /** Becomes part of the jobId, instead of what the input says. */
  label?: string | undefined
}

/** An asset that a task uses. */
export interface AssetToCopy {
  /** Where the task has its copy, beside its original. */
  key: string
  open: () => Promise<Readable>
}

type Hashes = 'bytes' | 'sha256'

/** What a kind derives from JSON. */
export interface AcceptedInput<Kind extends TaskKind = TaskKind> {
  /** The source besides size and hash. */
  facts: Kind extends TaskKind ? Omit<SourceOf<Kind>, Hashes> : never
  /** Unless the client names the task. */
  name: string
  /** The folder of the results. */
  slug: string
  /** Must be unique. */
  jobId: string
  /** Stored as the original: what the worker reads. */
  document: unknown
  /** Copied, because it may be replaced or deleted while the task waits. */
  asset?: AssetToCopy
}

/** What the API needs to know about a kind of task; everything else is the same for all kinds. */
export interface TaskKindPolicy<Kind extends TaskKind = TaskKind> {
  /** Throws what is wrong with the file. */
  accept(file: ReceivedFile, fields: FieldsOf<Kind>): Accepted<Kind>
  /** Only of kinds whose tasks begin with JSON. Throws INVALID_FIELD with a pointer to each fault. */
  acceptInput?(input: unknown, about: AboutInput): Promise<AcceptedInput<Kind>>
  /** The fields of a job in addition to its envelope. */
  jobOf(task: TaskRecord): Omit<JobOf<Kind>, keyof JobEnvelope>
  /** What clients see of the files and the result of a task. `self` is the path of the task. */
  viewOf(task: TaskRecord, self: string): Pick<Task, 'images' | 'files' | 'preview' | 'result' | 'savedBytes'>
  /** Groups sources by size: tasks of one size take about as long. Any short name. */
  sizeOf(source: SourceOf<Kind>): string
}

export type Kinds = { readonly [Kind in TaskKind]: TaskKindPolicy<Kind> }

/** The policy of any kind. */
export const policyOf = (kinds: Kinds, kind: TaskKind): TaskKindPolicy => kinds[kind]

/** Groups sources by size. How large a file is that has still to be downloaded is not known. */
export const sizeOf = (kinds: Kinds, kind: TaskKind, source: TaskSource): string =>
  isPending(source) ? 'url' : policyOf(kinds, kind).sizeOf(source)
